// Compiles a contract and writes its bytecode, in hex, with `npm install` done beside this file:
// node build.mjs SOURCE CONTRACT deployed|creation OUTPUT
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import solc from "solc";

const [path, contract, kind, output] = process.argv.slice(2);
const field = { deployed: "deployedBytecode", creation: "bytecode" }[kind];
if (!field || !output) {
  console.error("expected: node build.mjs SOURCE CONTRACT deployed|creation OUTPUT");
  process.exit(1);
}
const name = basename(path);
const input = {
  language: "Solidity",
  sources: { [name]: { content: readFileSync(path, "utf8") } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": [`evm.${field}.object`] } },
  },
};
const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify(input)));
for (const { formattedMessage } of errors) console.error(formattedMessage);
if (errors.some(({ severity }) => severity === "error")) process.exit(1);
const code = contracts[name]?.[contract]?.evm[field].object;
if (!code) {
  console.error(`${path} has no contract ${contract}`);
  process.exit(1);
}
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${code.match(/.{1,120}/g).join("\n")}\n`);
