#pragma once

#include "kernels/kernel.h"

#include <string>

namespace terroir {

/// The catalogue of processes, written from their declarations.

/// One line for each process, by family.
[[nodiscard]] std::string catalogue_list();

/// A process as a person reads it in a terminal: what it does, formula, inputs, outputs, parameters, an example.
[[nodiscard]] std::string process_page(const ProcessInfo&);

/// The reference in Markdown, docs/processes.md.
[[nodiscard]] std::string catalogue_markdown();

/// The whole catalogue, or one process, as JSON.
[[nodiscard]] std::string catalogue_json();
[[nodiscard]] std::string process_json(const ProcessInfo&);

/// The text with a full stop at its end.
[[nodiscard]] std::string sentence(const std::string& text);

/// "number from 0 to 360, degree", "degree, percent or radian": what a parameter may be.
[[nodiscard]] std::string allowed_values(const Parameter&);

/// The default of a parameter as it is written in a recipe; empty when there is none.
[[nodiscard]] std::string default_text(const Parameter&);

/// A step that uses the process, with example values for what must be given: "slope: {process: slope, data: dem}".
[[nodiscard]] std::string example_step(const ProcessInfo&);

}  // namespace terroir
