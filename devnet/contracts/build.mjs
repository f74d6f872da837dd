// Compiles CacheManager.sol to the code that the genesis block holds: `node build.mjs`, with `npm install solc@0.8.30` beside it.
import { readFileSync, writeFileSync } from "node:fs";
import solc from "solc";

const name = "CacheManager.sol";
const source = readFileSync(new URL(name, import.meta.url), "utf8");
const input = {
  language: "Solidity",
  sources: { [name]: { content: source } },
  settings: {
    evmVersion: "cancun",
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none", appendCBOR: false },
    outputSelection: { "*": { "*": ["evm.deployedBytecode.object", "storageLayout"] } },
  },
};
const { errors = [], contracts } = JSON.parse(solc.compile(JSON.stringify(input)));
for (const { formattedMessage } of errors) console.error(formattedMessage);
if (errors.some(({ severity }) => severity === "error")) process.exit(1);
const { evm } = contracts[name].CacheManager;
const lines = evm.deployedBytecode.object.match(/.{1,120}/g).join("\n");
writeFileSync(new URL("../src/node/cache_manager.hex", import.meta.url), `${lines}\n`);
