// Reads every array of every store with zarrita: the raw numbers into OUT/<store>.<array>.bin, and what it sees into OUT/seen.json.
//   node read_zarr.mjs FOLDER OUT
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import FileSystemStore from "@zarrita/storage/fs";
import * as zarr from "zarrita";

const [folder, out] = process.argv.slice(2);
const seen = {};
for (const one of JSON.parse(readFileSync(join(folder, "cases.json")))) {
  const store = await zarr.withConsolidatedMetadata(new FileSystemStore(join(folder, `${one.name}.zarr`)), {
    format: `v${one.zarr_format}`,
  });
  const contents = store.contents().map((entry) => entry.path).sort();
  const root = await zarr.open(store, { kind: "group" });
  const facts = { contents, title: root.attrs.title, arrays: {} };
  const names = [...one.arrays.map((array) => array.name), ...(one.stacked ? ["feature"] : []), "x"];
  for (const name of names) {
    const array = await zarr.open(root.resolve(name), { kind: "array" });
    const { data, shape } = await zarr.get(array);
    facts.arrays[name] = { shape, chunks: array.chunks, dtype: array.dtype, attributes: array.attrs };
    if (ArrayBuffer.isView(data)) {
      writeFileSync(join(out, `${one.name}.${name}.bin`), Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    } else {
      facts.arrays[name].texts = [...data];
    }
  }
  seen[one.name] = facts;
}
writeFileSync(join(out, "seen.json"), JSON.stringify(seen));
