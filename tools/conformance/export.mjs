// Writes CEL's official conformance tests as JSON: node export.mjs FILE

import { writeFileSync } from "node:fs";
import { tests } from "@bufbuild/cel-spec/testdata/conformance.js";

// JSON as Node writes it has no -0; protojson takes it as a text, as it takes "NaN".
const keepMinusZero = (_key, value) => (Object.is(value, -0) ? "-0" : value);

writeFileSync(process.argv[2], JSON.stringify(tests, keepMinusZero));
