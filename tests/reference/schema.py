"""As much of JSON Schema (draft 2020-12) as the recipe's schema uses; a keyword that is not known here is an error."""

import re

NOTES = {"$schema", "$defs", "title", "description", "default", "then"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_type(value, name):
    if name in ("number", "integer"):
        whole = isinstance(value, int) or isinstance(value, float) and value.is_integer()
        return isinstance(value, (int, float)) and not isinstance(value, bool) and (name == "number" or whole)
    return isinstance(value, TYPES[name])


def equal(a, b):
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def of_object(keyword, rule, value, schema):
    if keyword == "required":
        return [f"{key} is missing" for key in rule if key not in value]
    if keyword == "propertyNames":
        return [f"name {key}" for key in value if faults(rule, key)]
    if keyword == "properties":
        pairs = [(rule[key], key) for key in value if key in rule]
    else:
        pairs = [(rule, key) for key in value if key not in schema.get("properties", {})]
    return [f"{key}: {fault}" for sub, key in pairs for fault in faults(sub, value[key])]


def of_number(keyword, rule, value):
    right = {"minimum": value >= rule, "maximum": value <= rule, "exclusiveMinimum": value > rule}[keyword]
    return [] if right else [f"{value} against {keyword} {rule}"]


def of_array(keyword, rule, value):
    if keyword == "items":
        return [f"[{k}]: {fault}" for k, item in enumerate(value) for fault in faults(rule, item)]
    right = len(value) >= rule if keyword == "minItems" else len(value) <= rule
    return [] if right else [f"{len(value)} items against {keyword} {rule}"]


def of_any(keyword, rule, value, schema):
    if keyword == "type":
        names = rule if isinstance(rule, list) else [rule]
        return [] if any(is_type(value, name) for name in names) else [f"{value!r} is no {rule}"]
    if keyword == "const":
        return [] if equal(value, rule) else [f"{value!r} is not {rule!r}"]
    if keyword == "enum":
        return [] if any(equal(value, choice) for choice in rule) else [f"{value!r} is no choice"]
    if keyword == "anyOf":
        return [] if any(not faults(choice, value) for choice in rule) else [f"{value!r} is none of {len(rule)} forms"]
    if keyword == "allOf":
        return [fault for part in rule for fault in faults(part, value)]
    return faults(schema["then"], value) if not faults(rule, value) else []  # if


class Root:
    """The schema that references point into; set by check()."""

    schema = {}


def referred(reference):
    at = Root.schema
    for name in reference.removeprefix("#/").split("/"):
        at = at[name]
    return at


def faults(schema, value):
    """What is wrong with a value: empty when the schema accepts it."""
    if isinstance(schema, bool):
        return [] if schema else [f"{value!r} is not allowed"]
    found = []
    for keyword, rule in schema.items():
        if keyword in NOTES:
            continue
        if keyword == "$ref":
            found += faults(referred(rule), value)
        elif keyword in ("type", "const", "enum", "anyOf", "allOf", "if"):
            found += of_any(keyword, rule, value, schema)
        elif keyword in ("required", "propertyNames", "properties", "additionalProperties"):
            found += of_object(keyword, rule, value, schema) if isinstance(value, dict) else []
        elif keyword in ("items", "minItems", "maxItems"):
            found += of_array(keyword, rule, value) if isinstance(value, list) else []
        elif keyword in ("minimum", "maximum", "exclusiveMinimum"):
            found += of_number(keyword, rule, value) if is_type(value, "number") else []
        elif keyword == "pattern":
            found += [f"{value!r} against {rule}"] if isinstance(value, str) and not re.search(rule, value) else []
        elif keyword == "maxLength":
            found += [f"{len(value)} characters against {rule}"] if isinstance(value, str) and len(value) > rule else []
        else:
            raise NotImplementedError(keyword)
    return found


def check(schema, value):
    Root.schema = schema
    return faults(schema, value)
