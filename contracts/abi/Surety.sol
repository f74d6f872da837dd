// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

// The shape of a result.
enum Form {
    // All x in D with f(x) in M, strictly increasing.
    Set,
    // Leaf i is f(x_i), `count` of them.
    Table,
    // Leaf i is the state s_i of an iterated computation, `count` of them.
    Chain
}

// What a conviction names.
enum Fault { None, Withheld, WrongElement, Disorder, MissingElement, WrongStep }

// Where a job stands. `Refunded`, `Forfeited`, `Paid` and `Convicted` are terminal.
enum Phase { None, Open, Taken, Sealed, Committed, Demanded, Disputed, Refunded, Forfeited, Paid, Convicted }

// What client, worker and referee agree on. Travels in calldata; the chain keeps only its id.
struct Terms {
    address client;
    // Zero: whoever comes first.
    address worker;
    // Zero: none. The account whose word decides what no predicate does.
    address referee;
    // Zero: none. The referee contract whose report confirms a result.
    address verifier;
    // Zero: none. The contract that evaluates "f(x) is in M" on chain.
    address predicate;
    bytes32 functionCommitment;
    bytes32 dataCommitment;
    // Commitment to the client's sampling seed, or zero.
    bytes32 seedHash;
    // Makes the id unique, nothing else.
    bytes32 salt;
    Form form;
    // Leaves of a Table or Chain; zero for a Set.
    uint64 count;
    uint32 maxElement;
    bool isSealed;
    uint96 reward;
    uint96 bonus;
    uint96 deposit;
    uint96 bond;
    // T1, absolute.
    uint64 acceptBy;
    uint32 computeWindow;
    uint32 disputeWindow;
    uint32 responseWindow;
    uint32 rulingWindow;
}

// A committed element with its inclusion proof (RFC 9162, 2.1.3), lowest sibling first. In a list a proof may end
// where its path meets that of an earlier leaf with a smaller index.
struct Leaf { uint64 index; bytes element; bytes32[] proof; }

// Openings of the two commitments; all empty where no predicate is asked.
struct Opening { bytes32 functionSalt; bytes functionBytes; bytes32 dataSalt; bytes dataBytes; }

// The state of a job. `clock` is the one that runs: T2 while Taken or Sealed, then payout, answer or ruling due.
// `root` and `count` are zero until a result is committed.
struct Job { Phase phase; Fault fault; bool confirmed; address worker; uint64 clock; bytes32 root; uint64 count; }

// What is pending beside the clock that runs. Zero for a job that never saw a demand or dispute.
struct Pending {
    // T3: demands are taken until then.
    uint64 demandBy;
    // The payout clock to come back to.
    uint64 payoutAfter;
    // Bonds held: indices of the demand outstanding, or one for a dispute.
    uint8 bonds;
    // First 20 bytes of keccak256 of the demanded indices, packed as 8 bytes each.
    bytes20 indicesHash;
}

// Asked by the escrow, answered by a task's predicate contract. Total and pure: malformed or oversize input is false.
interface IPredicate {
    // Does `element` belong to the result? `index`: its index for Table and Chain, else zero. `previous`: the leaf
    // before it for Chain, empty for leaf 0.
    function holds(bytes calldata functionBytes, bytes calldata dataBytes, uint64 index, bytes calldata previous, bytes calldata element)
        external view returns (bool);
}

// Asked by the escrow, answered by a verifier (the referee contract).
interface IVerifier {
    function report(bytes32 jobId) external view returns (bool revealed, bytes32 root, uint64 count);
}

// Delegation (DCR_C1) and fair payment.
interface IEscrow {
    event Delegated(bytes32 indexed jobId, address indexed client, address indexed worker, Terms terms);
    event Cancelled(bytes32 indexed jobId);
    event OrderTaken(bytes32 indexed jobId, address indexed worker, uint64 computeBy);
    event ResultSealed(bytes32 indexed jobId, bytes32 seal);
    event ResultCommitted(bytes32 indexed jobId, bytes32 root, uint64 count, uint64 payoutAfter);
    event LeavesPublished(bytes32 indexed jobId, bytes32[] hashes);
    event Demanded(bytes32 indexed jobId, uint64[] indices, uint64 answerBy);
    event Delivered(bytes32 indexed jobId, address indexed by, uint64 payoutAfter);
    event Disputed(bytes32 indexed jobId, uint64 rulingBy);
    event Confirmed(bytes32 indexed jobId, address indexed by, uint64 payoutAfter);
    event Convicted(bytes32 indexed jobId, address indexed by, Fault fault, uint64 at);
    // The job ended: what its client and its worker were owed, whether pushed or credited.
    event Settled(bytes32 indexed jobId, Phase phase, uint256 toClient, uint256 toWorker);
    event Credited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    // The call needs another phase of the job.
    error WrongPhase(Phase phase);
    error NotClient(address client);
    error NotWorker(address worker);
    error NotReferee(address referee);
    // The worker may be neither the client nor the referee.
    error WorkerIsParty(address worker);
    error WrongPayment(uint256 expected, uint256 paid);
    error IdUsed(bytes32 jobId);
    error TooLate(uint64 deadline);
    error TooEarly(uint64 notBefore);
    // Calldata that is not the strict ABI encoding of a call of this interface, or terms that are not one of terms.
    error MalformedCalldata();
    // Terms that cannot work.
    error BadWindow(uint32 window);
    error BondIsZero();
    error AcceptByPassed(uint64 acceptBy);
    error BadCount(uint64 count);
    error BadMaxElement(uint32 maxElement);
    error BadReferee(address referee);
    error VerifierNeedsReferee();
    error VerifierNeedsSealing();
    error VerifierNeedsTime(uint32 disputeWindow, uint32 responseWindow);
    // A result whose count the terms or its root contradict.
    error WrongCount(uint64 count);
    error JobIsSealed();
    error JobIsNotSealed();
    error SealMismatch();
    error RootMismatch(bytes32 root);
    error BadIndices();
    error IndexOutOfRange(uint64 index, uint64 count);
    error DemandTooLarge(uint64 size, uint64 limit);
    error IndicesMismatch();
    error ElementTooLong(uint64 length, uint32 maxElement);
    error BadProof(uint64 index);
    error NoReferee();
    error PredicateDecides();
    error AlreadyConfirmed();
    // The fault is none, not one of this form's, or needs a predicate that the terms do not name.
    error FaultNotAdmissible(Fault fault);
    error WrongEvidence();
    error InOrder();
    error NotMissing();
    error OpeningMismatch();
    error NotAFault();
    error PredicateFailed();
    error VerifierFailed();
    error NotRevealed();
    error ReportDiffers(bytes32 root, uint64 count);
    error NoCredit();
    error ZeroAddress();
    error TransferFailed();
    error NotEnoughGas(uint64 needed);

    function delegate(Terms calldata terms) external payable returns (bytes32);
    function cancel(Terms calldata terms) external;
    function takeOrder(Terms calldata terms) external payable;
    function submitResult(Terms calldata terms, bytes32 root, uint64 count) external;
    function submitSeal(Terms calldata terms, bytes32 seal) external;
    function reveal(Terms calldata terms, bytes32 root, uint64 count, bytes32 salt) external;
    function publishLeaves(Terms calldata terms, bytes32[] calldata hashes) external;
    function accept(Terms calldata terms) external;
    function demand(Terms calldata terms, uint64[] calldata indices) external payable;
    function deliver(Terms calldata terms, Leaf[] calldata leaves) external;
    function dispute(Terms calldata terms) external payable;
    function judge(Terms calldata terms, Fault fault, Leaf[] calldata leaves, uint64 at, bytes calldata missing, Opening calldata opening) external;
    function confirm(Terms calldata terms) external;
    function timeTick(Terms calldata terms) external;
    function withdraw(address to) external;

    function job(bytes32 jobId) external view returns (Job memory);
    function pending(bytes32 jobId) external view returns (Pending memory);
    function jobId(Terms calldata terms) external view returns (bytes32);
    function credit(address account) external view returns (uint256);
}

// Where a case stands.
enum CasePhase { None, Offered, Bound, Sealed, Revealed, Closed }

// What a client offers its referee, in wei.
struct Offer {
    // r3, for an honest ruling.
    uint96 fee;
    // w3, for one that the job's end proves.
    uint96 bonus;
    // n, what the referee puts in; at least twice the job's deposit.
    uint96 stake;
}

// The state of a case. `computeBy` is the job's T2, from Bound on; `root` and `count` are zero until revealed.
struct Case { CasePhase phase; uint96 fee; uint96 bonus; uint96 stake; uint64 computeBy; bytes32 root; uint64 count; }

// What cases said about an account, as worker or as referee.
struct Reputation {
    // upheld - faulted - 2 * colluded.
    int64 score;
    // H+: times it was right.
    uint32 upheld;
    // H-: times it was wrong or silent.
    uint32 faulted;
    // H--: times it backed a result that was not right.
    uint32 colluded;
    // Wei that it had at stake in all of these.
    uint256 stake;
}

// Verification (DCR_C3): a bonded second opinion, settled by reading the escrow.
interface IReferee {
    event Appealed(bytes32 indexed jobId, address indexed client, address indexed referee, Offer offer);
    event CaseTaken(bytes32 indexed jobId, address indexed referee, uint64 computeBy);
    event OpinionSealed(bytes32 indexed jobId, bytes32 seal);
    event OpinionRevealed(bytes32 indexed jobId, bytes32 root, uint64 count);
    // The case ended: what client and referee were owed, whether pushed or credited.
    event CaseClosed(bytes32 indexed jobId, uint256 toClient, uint256 toReferee);
    // `change`: 1 (H+), -1 (H-) or -2 (H--); `stake`: wei behind it.
    event ReputationChanged(address indexed account, bytes32 indexed jobId, int8 change, uint256 stake);
    event Credited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    // Calldata that is not the strict ABI encoding of a call of this interface.
    error MalformedCalldata();
    error WrongPayment(uint256 expected, uint256 paid);
    error TooLate(uint64 deadline);
    error TooEarly(uint64 notBefore);
    error NoCredit();
    error ZeroAddress();
    error TransferFailed();
    error NotEnoughGas(uint64 needed);
    // The contract was constructed before.
    error Constructed();
    // What should be the escrow has no code, or does not answer as one.
    error EscrowFailed();
    // The call needs another phase of the case.
    error WrongCasePhase(CasePhase phase);
    // The call needs another phase of the job.
    error WrongPhase(Phase phase);
    error NotClient(address client);
    error NotReferee(address referee);
    // The terms name another verifier.
    error NotVerifier(address verifier);
    error StakeTooLow(uint256 least);
    error SealMismatch();
    // An opinion whose count the terms or its root contradict.
    error WrongCount(uint64 count);

    function appeal(Terms calldata terms, Offer calldata offer) external payable;
    function takeCase(Terms calldata terms) external payable;
    function submitSeal(Terms calldata terms, bytes32 seal) external;
    function reveal(Terms calldata terms, bytes32 root, uint64 count, bytes32 salt) external;
    function settle(Terms calldata terms) external;
    function withdraw(address to) external;

    function escrow() external view returns (address);
    function report(bytes32 jobId) external view returns (bool revealed, bytes32 root, uint64 count);
    function caseOf(bytes32 jobId) external view returns (Case memory);
    function reputation(address account) external view returns (Reputation memory);
    function credit(address account) external view returns (uint256);
}

// Where a pact stands.
enum PactPhase { None, Offered, Accepted, Closed }

// What worker and referee agree on behind the client's back.
struct Pact {
    // The job's.
    Terms terms;
    // The false result that both are to reveal.
    bytes32 root;
    uint64 count;
    // b, in wei: from the worker to the referee.
    uint96 bribe;
    // t, in wei: what each of them puts in.
    uint96 stake;
}

// The state of a pact. `computeBy` is the job's T2.
struct PactState { PactPhase phase; address worker; uint64 computeBy; }

// The bribe contract (DCR_C2): the adversary's, to test that the game holds.
interface ICollusion {
    event BribeOffered(bytes32 indexed pactId, bytes32 indexed jobId, address indexed worker, Pact pact);
    event BribeAccepted(bytes32 indexed pactId, address indexed referee);
    event BribeWithdrawn(bytes32 indexed pactId);
    // The pact ended: who revealed what was agreed, and what each was owed, whether pushed or credited.
    event PactClosed(bytes32 indexed pactId, bool workerKept, bool refereeKept, uint256 toWorker, uint256 toReferee);
    event Credited(address indexed account, uint256 amount);
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    // Calldata that is not the strict ABI encoding of a call of this interface.
    error MalformedCalldata();
    error WrongPayment(uint256 expected, uint256 paid);
    error TooLate(uint64 deadline);
    error TooEarly(uint64 notBefore);
    error NoCredit();
    error ZeroAddress();
    error TransferFailed();
    error NotEnoughGas(uint64 needed);
    // The contract was constructed before.
    error Constructed();
    // What should be the escrow has no code, or does not answer as one.
    error EscrowFailed();
    // What should be the referee contract has no code, or does not answer as one.
    error RefereeFailed();
    error IdUsed(bytes32 pactId);
    // The call needs another phase of the pact.
    error WrongPactPhase(PactPhase phase);
    // The call needs another phase of the job.
    error WrongPhase(Phase phase);
    // The call needs another phase of the case.
    error WrongCasePhase(CasePhase phase);
    error NotWorker(address worker);
    error NotReferee(address referee);
    // The terms name another verifier.
    error NotVerifier(address verifier);

    function offerBribe(Pact calldata pact) external payable returns (bytes32);
    function acceptBribe(Pact calldata pact) external payable;
    function withdrawBribe(Pact calldata pact) external;
    function checkResults(Pact calldata pact) external;
    function withdraw(address to) external;

    function escrow() external view returns (address);
    function referee() external view returns (address);
    function pactId(Pact calldata pact) external view returns (bytes32);
    function pactOf(bytes32 pactId) external view returns (PactState memory);
    function credit(address account) external view returns (uint256);
}
