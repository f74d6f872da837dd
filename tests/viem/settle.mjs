// A client that is not ours settles a job on `surety devnet`: viem, with nothing but the exported ABI.
// Usage: node settle.mjs RPC_URL ESCROW_ADDRESS
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createPublicClient, createTestClient, createWalletClient, decodeEventLog, defineChain, http, parseEther } from "viem";
import { mnemonicToAccount } from "viem/accounts";

const [url, escrow] = process.argv.slice(2);
const abi = JSON.parse(readFileSync(new URL("../../contracts/abi/IEscrow.json", import.meta.url)));
const chain = defineChain({
  id: 412346,
  name: "surety devnet",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const transport = http(url);
const reader = createPublicClient({ chain, transport });
const clock = createTestClient({ chain, transport, mode: "anvil" });
const mnemonic = "test test test test test test test test test test test junk";
const [client, worker] = [0, 1].map((addressIndex) =>
  createWalletClient({ chain, transport, account: mnemonicToAccount(mnemonic, { addressIndex }) }));

const zero = "0x0000000000000000000000000000000000000000";
const word = (byte) => `0x${byte.repeat(32)}`;
const { timestamp } = await reader.getBlock();
const terms = {
  client: client.account.address, worker: worker.account.address, referee: zero, verifier: zero, predicate: zero,
  functionCommitment: word("11"), dataCommitment: word("22"), seedHash: word("00"),
  salt: `0x${Date.now().toString(16).padStart(64, "0")}`,
  form: 1, count: 4n, maxElement: 32, isSealed: false,
  reward: parseEther("1"), bonus: 0n, deposit: parseEther("2"), bond: 1n,
  acceptBy: timestamp + 3600n, computeWindow: 3600, disputeWindow: 3600, responseWindow: 3600, rulingWindow: 3600,
};

async function send(wallet, functionName, args, value = 0n) {
  const { request } = await reader.simulateContract({ account: wallet.account, address: escrow, abi, functionName, args, value });
  const receipt = await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
  assert.equal(receipt.status, "success", functionName);
  console.log(`${functionName.padEnd(13)} ${receipt.gasUsed} gas`);
  return receipt;
}
const read = (functionName, args) => reader.readContract({ address: escrow, abi, functionName, args });

await send(client, "delegate", [terms], terms.reward);
const id = await read("jobId", [terms]);
await send(worker, "takeOrder", [terms], terms.deposit);
await send(worker, "submitResult", [terms, word("33"), 4n]);
const job = await read("job", [id]);
assert.deepEqual([job.phase, job.worker, job.root, job.count], [4, worker.account.address, word("33"), 4n]);
await assert.rejects(
  reader.simulateContract({ account: worker.account, address: escrow, abi, functionName: "timeTick", args: [terms] }),
  /TooEarly/,
);
await clock.setNextBlockTimestamp({ timestamp: job.clock + 1n });
await clock.mine({ blocks: 1 }); // calls see the time of the latest block
const before = await reader.getBalance({ address: worker.account.address });
const receipt = await send(client, "timeTick", [terms]);
const after = await reader.getBalance({ address: worker.account.address });
assert.equal(after - before, terms.reward + terms.deposit);
const [settled] = receipt.logs.map((log) => decodeEventLog({ abi, ...log }));
assert.deepEqual([settled.eventName, settled.args.phase], ["Settled", 9]);
console.log("settled: the worker was paid reward and deposit");
