// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Evidence.sol";

// Storage, guards and settlement of the escrow, as `escrow/src` has them.
abstract contract Rules is Evidence {
    uint256 private constant YEAR = 365 days;
    uint256 private constant MAX_COUNT = 1 << 48;
    uint256 private constant MAX_ELEMENT = 32_768;
    uint256 private constant MAX_ANSWER = 65_536;
    uint256 private constant MAX_INDICES = 64;
    uint256 private constant PUSH_GAS = 50_000;
    uint64 private constant PUSH_NEEDS = 2_600 + 9_000 + 25_000 + 50_793 + 400;

    // A job lies at its id: the packed state, its seal or root, what is pending.
    mapping(address => uint256) internal credits;

    struct State {
        Phase phase;
        Fault fault;
        bool confirmed;
        uint64 clock;
        uint64 count;
        address worker;
    }

    struct Challenge {
        uint64 demandBy;
        uint64 payoutAfter;
        uint8 bonds;
        bytes20 indicesHash;
    }

    // Who may call, and in which phase.

    function idOf(Terms calldata terms) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), terms));
    }

    function enter(Terms calldata terms, uint256 allowed) internal view returns (bytes32 id, State memory state) {
        id = idOf(terms);
        state = load(id);
        if ((allowed >> uint256(state.phase)) & 1 == 0) revert WrongPhase(state.phase);
    }

    function by(uint64 deadline) internal view {
        if (block.timestamp > deadline) revert TooLate(deadline);
    }

    function past(uint64 notBefore) internal view {
        if (block.timestamp <= notBefore) revert TooEarly(notBefore);
    }

    function expectPayment(uint256 expected) internal view {
        if (msg.value != expected) revert WrongPayment(expected, msg.value);
    }

    // What terms and demands can work.

    function check(Terms calldata terms) internal view {
        checkWindow(terms.computeWindow);
        checkWindow(terms.disputeWindow);
        checkWindow(terms.responseWindow);
        checkWindow(terms.rulingWindow);
        if (terms.bond == 0) revert BondIsZero();
        if (block.timestamp > terms.acceptBy) revert AcceptByPassed(terms.acceptBy);
        uint64 count = terms.count;
        bool fits = terms.form == Form.Set ? count == 0 : count >= uint64(terms.form) && count < MAX_COUNT;
        if (!fits) revert BadCount(count);
        if (terms.maxElement == 0 || terms.maxElement > MAX_ELEMENT) revert BadMaxElement(terms.maxElement);
        address referee = terms.referee;
        bool verified = terms.verifier != address(0);
        if (referee == address(0)) {
            if (verified) revert VerifierNeedsReferee();
        } else if (referee == terms.client || referee == terms.verifier || referee == address(this)) {
            revert BadReferee(referee);
        }
        if (verified && !terms.isSealed) revert VerifierNeedsSealing();
        if (verified && terms.disputeWindow <= terms.responseWindow) {
            revert VerifierNeedsTime(terms.disputeWindow, terms.responseWindow);
        }
    }

    function checkWindow(uint32 window) internal pure {
        if (window == 0 || window > YEAR) revert BadWindow(window);
    }

    function checkIndices(Terms calldata terms, uint64 count, uint64[] calldata indices) internal pure {
        uint256 length = indices.length;
        if (length == 0 || length > MAX_INDICES) revert BadIndices();
        for (uint256 i = 1; i < length; i++) {
            if (indices[i - 1] >= indices[i]) revert BadIndices();
        }
        uint64 last = indices[length - 1];
        if (last >= count) revert IndexOutOfRange(last, count);
        uint256 depth = 0;
        while ((uint256(1) << depth) < count) depth++;
        uint256 size = length * (terms.maxElement + 32 * depth + 256);
        if (size > MAX_ANSWER) revert DemandTooLarge(uint64(size), uint64(MAX_ANSWER));
    }

    // What moves state and money.

    function commit(bytes32 id, State memory state, Terms calldata terms, bytes32 root, uint64 count) internal {
        bool fits = terms.form == Form.Set ? count < MAX_COUNT : count == terms.count;
        if (!fits || (count == 0) != (root == emptyRoot())) revert WrongCount(count);
        state.phase = Phase.Committed;
        state.clock = uint64(block.timestamp) + terms.disputeWindow;
        state.count = count;
        store(id, state);
        setResult(id, root);
        emit ResultCommitted(id, root, count, state.clock);
    }

    function pendingBonds(bytes32 id, State memory state, Terms calldata terms) internal view returns (uint256) {
        if (state.phase == Phase.Committed) return 0;
        return uint256(terms.bond) * rawChallenge(id).bonds;
    }

    function convict(bytes32 id, State memory state, Terms calldata terms, uint64 at) internal {
        emit Convicted(id, msg.sender, state.fault, at);
        uint256 all = uint256(terms.reward) + terms.bonus + terms.deposit + pendingBonds(id, state, terms);
        settle(id, state, terms, Phase.Convicted, all, 0);
    }

    function settle(
        bytes32 id,
        State memory state,
        Terms calldata terms,
        Phase phase,
        uint256 toClient,
        uint256 toWorker
    ) internal {
        state.phase = phase;
        store(id, state);
        emit Settled(id, phase, toClient, toWorker);
        push(terms.client, toClient);
        push(state.worker, toWorker);
    }

    function push(address to, uint256 amount) internal {
        if (amount == 0) return;
        if (gasleft() < PUSH_NEEDS) revert NotEnoughGas(PUSH_NEEDS);
        bool paid;
        assembly ("memory-safe") {
            paid := call(PUSH_GAS, to, amount, 0, 0, 0, 0)
        }
        if (!paid) {
            credits[to] += amount;
            emit Credited(to, amount);
        }
    }

    // Storage, packed as `escrow/src/state.rs` packs it.

    function load(bytes32 id) internal view returns (State memory state) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(id)
        }
        state.phase = Phase(word >> 252);
        state.fault = Fault((word >> 249) & 7);
        state.confirmed = (word >> 248) & 1 == 1;
        state.clock = uint40(word >> 208);
        state.count = uint48(word >> 160);
        state.worker = address(uint160(word));
    }

    function store(bytes32 id, State memory state) internal {
        uint256 word = (uint256(state.phase) << 252) | (uint256(state.fault) << 249)
            | (uint256(state.confirmed ? 1 : 0) << 248) | (uint256(state.clock) << 208) | (uint256(state.count) << 160)
            | uint160(state.worker);
        assembly ("memory-safe") {
            sstore(id, word)
        }
    }

    function result(bytes32 id) internal view returns (bytes32 word) {
        assembly ("memory-safe") {
            word := sload(add(id, 1))
        }
    }

    function setResult(bytes32 id, bytes32 word) internal {
        assembly ("memory-safe") {
            sstore(add(id, 1), word)
        }
    }

    function rawChallenge(bytes32 id) internal view returns (Challenge memory challenge) {
        uint256 word;
        assembly ("memory-safe") {
            word := sload(add(id, 2))
        }
        challenge.demandBy = uint40(word >> 216);
        challenge.payoutAfter = uint40(word >> 176);
        challenge.bonds = uint8(word >> 168);
        challenge.indicesHash = bytes20(uint160(word));
    }

    function challengeOf(bytes32 id, State memory state) internal view returns (Challenge memory challenge) {
        challenge = rawChallenge(id);
        if (challenge.demandBy == 0) challenge.demandBy = state.clock;
    }

    function setChallenge(bytes32 id, Challenge memory challenge) internal {
        uint256 word = (uint256(challenge.demandBy) << 216) | (uint256(challenge.payoutAfter) << 176)
            | (uint256(challenge.bonds) << 168) | uint160(challenge.indicesHash);
        assembly ("memory-safe") {
            sstore(add(id, 2), word)
        }
    }

    // Ascending `at` only: the 24 bytes behind each index are written over by the next.
    function pack(bytes memory packed, uint256 at, uint64 index) internal pure {
        assembly ("memory-safe") {
            mstore(add(add(packed, 32), mul(at, 8)), shl(192, index))
        }
    }
}
