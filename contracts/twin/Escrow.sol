// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "./Rules.sol";

// The escrow in Solidity, only to measure against: the same interface, rules, storage layout and SHA-256 tree, written
// as one would write it for the EVM. Each function does what its namesake in `escrow/src/lib.rs` does. Deploy that one.
abstract contract Twin is Rules {
    // Bytes of calls that take the terms and `n` more words.
    uint256 private constant TERMS = 4 + 22 * 32;

    uint256 private constant CHALLENGED =
        (1 << uint256(Phase.Committed)) | (1 << uint256(Phase.Demanded)) | (1 << uint256(Phase.Disputed));

    // The escrow on Stylus refuses every re-entrance. A lock in transient storage does here.
    modifier locked() {
        assembly ("memory-safe") {
            if tload(0) { revert(0, 0) }
            tstore(0, 1)
        }
        _;
        assembly ("memory-safe") {
            tstore(0, 0)
        }
    }

    // A call has exactly one encoding.
    modifier sized(uint256 length) {
        if (msg.data.length != length) revert MalformedCalldata();
        _;
    }

    function delegate(Terms calldata terms) external payable sized(TERMS) locked returns (bytes32 id) {
        check(terms);
        if (msg.sender != terms.client) revert NotClient(terms.client);
        expectPayment(uint256(terms.reward) + terms.bonus);
        id = idOf(terms);
        if (load(id).phase != Phase.None) revert IdUsed(id);
        store(id, State(Phase.Open, Fault.None, false, 0, 0, address(0)));
        emit Delegated(id, terms.client, terms.worker, terms);
    }

    function cancel(Terms calldata terms) external sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Open));
        if (msg.sender != terms.client) revert NotClient(terms.client);
        emit Cancelled(id);
        settle(id, state, terms, Phase.Refunded, uint256(terms.reward) + terms.bonus, 0);
    }

    function takeOrder(Terms calldata terms) external payable sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Open));
        if (terms.worker != address(0) && msg.sender != terms.worker) revert NotWorker(terms.worker);
        if (msg.sender == terms.client || msg.sender == terms.referee) revert WorkerIsParty(msg.sender);
        by(terms.acceptBy);
        expectPayment(terms.deposit);
        state.phase = Phase.Taken;
        state.worker = msg.sender;
        state.clock = uint64(block.timestamp) + terms.computeWindow;
        store(id, state);
        emit OrderTaken(id, msg.sender, state.clock);
    }

    function submitResult(Terms calldata terms, bytes32 root, uint64 count) external sized(TERMS + 64) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Taken));
        if (msg.sender != state.worker) revert NotWorker(state.worker);
        if (terms.isSealed) revert JobIsSealed();
        by(state.clock);
        commit(id, state, terms, root, count);
    }

    function submitSeal(Terms calldata terms, bytes32 seal) external sized(TERMS + 32) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Taken));
        if (msg.sender != state.worker) revert NotWorker(state.worker);
        if (!terms.isSealed) revert JobIsNotSealed();
        by(state.clock);
        state.phase = Phase.Sealed;
        store(id, state);
        setResult(id, seal);
        emit ResultSealed(id, seal);
    }

    function reveal(Terms calldata terms, bytes32 root, uint64 count, bytes32 salt) external sized(TERMS + 96) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Sealed));
        if (msg.sender != state.worker) revert NotWorker(state.worker);
        past(state.clock);
        by(state.clock + terms.responseWindow);
        bytes32 seal = sha256(abi.encodePacked(uint8(2), id, state.worker, root, count, salt));
        if (result(id) != seal) revert SealMismatch();
        commit(id, state, terms, root, count);
    }

    function publishLeaves(Terms calldata terms, bytes32[] calldata hashes) external locked {
        (bytes32 id, State memory state) = enter(terms, CHALLENGED);
        if (msg.sender != state.worker) revert NotWorker(state.worker);
        if (hashes.length != state.count) revert WrongCount(uint64(hashes.length));
        bytes32 root = treeRoot(hashes);
        if (root != result(id)) revert RootMismatch(root);
        emit LeavesPublished(id, hashes);
    }

    function accept(Terms calldata terms) external sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(terms, CHALLENGED);
        if (msg.sender != terms.client) revert NotClient(terms.client);
        uint256 earned = uint256(terms.reward) + terms.bonus + terms.deposit + pendingBonds(id, state, terms);
        settle(id, state, terms, Phase.Paid, 0, earned);
    }

    function demand(Terms calldata terms, uint64[] calldata indices) external payable locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Committed));
        if (msg.sender != terms.client) revert NotClient(terms.client);
        Challenge memory challenge = challengeOf(id, state);
        by(challenge.demandBy);
        checkIndices(terms, state.count, indices);
        expectPayment(uint256(terms.bond) * indices.length);
        challenge.payoutAfter = state.clock;
        challenge.bonds = uint8(indices.length);
        bytes memory packed = new bytes(indices.length * 8);
        for (uint256 i = 0; i < indices.length; i++) pack(packed, i, indices[i]);
        challenge.indicesHash = bytes20(keccak256(packed));
        state.phase = Phase.Demanded;
        state.clock = uint64(block.timestamp) + terms.responseWindow;
        store(id, state);
        setChallenge(id, challenge);
        emit Demanded(id, indices, state.clock);
    }

    function deliver(Terms calldata terms, Leaf[] calldata leaves) external locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Demanded));
        by(state.clock);
        Challenge memory challenge = challengeOf(id, state);
        bytes memory packed = new bytes(leaves.length * 8);
        for (uint256 i = 0; i < leaves.length; i++) pack(packed, i, leaves[i].index);
        if (leaves.length != challenge.bonds || bytes20(keccak256(packed)) != challenge.indicesHash) {
            revert IndicesMismatch();
        }
        bytes32 root = result(id);
        for (uint256 i = 0; i < leaves.length; i++) {
            Leaf calldata leaf = leaves[i];
            if (leaf.element.length > terms.maxElement) {
                revert ElementTooLong(uint64(leaf.element.length), terms.maxElement);
            }
            included(root, state.count, leaves, i);
        }
        uint256 bonds = pendingBonds(id, state, terms);
        challenge.bonds = 0;
        challenge.indicesHash = 0;
        state.phase = Phase.Committed;
        uint64 answered = uint64(block.timestamp) + terms.responseWindow;
        state.clock = challenge.demandBy > answered ? challenge.demandBy : answered;
        store(id, state);
        setChallenge(id, challenge);
        emit Delivered(id, msg.sender, state.clock);
        push(msg.sender, bonds);
    }

    function dispute(Terms calldata terms) external payable sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(terms, 1 << uint256(Phase.Committed));
        if (msg.sender != terms.client) revert NotClient(terms.client);
        if (state.confirmed) revert AlreadyConfirmed();
        if (terms.predicate != address(0)) revert PredicateDecides();
        if (terms.referee == address(0)) revert NoReferee();
        by(state.clock);
        expectPayment(terms.bond);
        Challenge memory challenge = challengeOf(id, state);
        challenge.payoutAfter = state.clock;
        challenge.bonds = 1;
        state.phase = Phase.Disputed;
        state.clock = uint64(block.timestamp) + terms.rulingWindow;
        store(id, state);
        setChallenge(id, challenge);
        emit Disputed(id, state.clock);
    }

    function judge(
        Terms calldata terms,
        Fault fault,
        Leaf[] calldata leaves,
        uint64 at,
        bytes calldata missing,
        Opening calldata opening
    ) external locked {
        (bytes32 id, State memory state) = enter(terms, CHALLENGED);
        by(state.clock);
        bytes32 root = result(id);
        if (fault == Fault.Disorder && terms.form == Form.Set) {
            disorder(root, state.count, leaves, at);
        } else if (terms.predicate == address(0)) {
            question(terms, fault, root, state.count, leaves, at, missing);
            if (terms.referee == address(0)) revert NoReferee();
            if (msg.sender != terms.referee) revert NotReferee(terms.referee);
            if (state.confirmed) revert AlreadyConfirmed();
        } else {
            (uint64 index, bytes calldata previous, bytes calldata element) =
                question(terms, fault, root, state.count, leaves, at, missing);
            bool holds = askPredicate(terms, opening, index, previous, element);
            if (holds != (fault == Fault.MissingElement)) revert NotAFault();
        }
        state.fault = fault;
        convict(id, state, terms, at);
    }

    function confirm(Terms calldata terms) external sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(terms, CHALLENGED);
        if (state.confirmed) revert AlreadyConfirmed();
        by(state.clock);
        if (terms.verifier == address(0)) {
            if (terms.referee == address(0)) revert NoReferee();
            if (msg.sender != terms.referee) revert NotReferee(terms.referee);
        } else {
            (bool revealed, bytes32 root, uint64 count) = askReport(terms.verifier, id);
            if (!revealed) revert NotRevealed();
            if (root != result(id) || count != state.count) revert ReportDiffers(root, count);
        }
        uint256 bond = 0;
        state.confirmed = true;
        if (state.phase == Phase.Disputed) {
            Challenge memory challenge = challengeOf(id, state);
            bond = pendingBonds(id, state, terms);
            challenge.bonds = 0;
            state.phase = Phase.Committed;
            state.clock = challenge.payoutAfter;
            setChallenge(id, challenge);
        }
        store(id, state);
        emit Confirmed(id, msg.sender, state.clock);
        push(state.worker, bond);
    }

    function timeTick(Terms calldata terms) external sized(TERMS) locked {
        (bytes32 id, State memory state) = enter(
            terms,
            CHALLENGED | (1 << uint256(Phase.Open)) | (1 << uint256(Phase.Taken)) | (1 << uint256(Phase.Sealed))
        );
        uint256 reward = terms.reward;
        uint256 bonus = terms.bonus;
        uint256 deposit = terms.deposit;
        if (state.phase == Phase.Open) {
            past(terms.acceptBy);
            settle(id, state, terms, Phase.Refunded, reward + bonus, 0);
        } else if (state.phase == Phase.Taken || state.phase == Phase.Sealed) {
            past(state.clock + (state.phase == Phase.Sealed ? terms.responseWindow : 0));
            settle(id, state, terms, Phase.Forfeited, reward + bonus + deposit, 0);
        } else {
            past(state.clock);
            if (state.phase == Phase.Demanded) {
                state.fault = Fault.Withheld;
                convict(id, state, terms, 0);
            } else if (state.phase == Phase.Disputed) {
                settle(id, state, terms, Phase.Paid, bonus, reward + deposit + terms.bond);
            } else {
                (uint256 kept, uint256 earned) = state.confirmed ? (uint256(0), bonus) : (bonus, uint256(0));
                settle(id, state, terms, Phase.Paid, kept, reward + deposit + earned);
            }
        }
    }

    function withdraw(address to) external sized(36) locked {
        if (to == address(0)) revert ZeroAddress();
        uint256 amount = credits[msg.sender];
        if (amount == 0) revert NoCredit();
        credits[msg.sender] = 0;
        emit Withdrawn(msg.sender, to, amount);
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert TransferFailed();
    }

    function job(bytes32 id) external view returns (Job memory) {
        State memory state = load(id);
        bool committed = state.phase == Phase.Committed || state.phase == Phase.Demanded
            || state.phase == Phase.Disputed || state.phase == Phase.Paid || state.phase == Phase.Convicted;
        bytes32 root = committed ? result(id) : bytes32(0);
        return Job(state.phase, state.fault, state.confirmed, state.worker, state.clock, root, state.count);
    }

    function pending(bytes32 id) external view returns (Pending memory) {
        Challenge memory challenge = rawChallenge(id);
        return Pending(challenge.demandBy, challenge.payoutAfter, challenge.bonds, challenge.indicesHash);
    }

    function jobId(Terms calldata terms) external view returns (bytes32) {
        return idOf(terms);
    }

    function credit(address account) external view returns (uint256) {
        return credits[account];
    }
}

// The tree of RFC 9162, through the SHA-256 precompile.
contract Sha256Twin is Twin {
    function leafHash(bytes calldata element) internal view override returns (bytes32 digest) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore8(place, 0)
            calldatacopy(add(place, 1), element.offset, element.length)
            if iszero(staticcall(gas(), 2, place, add(element.length, 1), 0, 32)) { revert(0, 0) }
            digest := mload(0)
        }
    }

    function nodeHash(bytes32 left, bytes32 right) internal view override returns (bytes32 digest) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore8(place, 1)
            mstore(add(place, 1), left)
            mstore(add(place, 33), right)
            if iszero(staticcall(gas(), 2, place, 65, 0, 32)) { revert(0, 0) }
            digest := mload(0)
        }
    }

    function emptyRoot() internal pure override returns (bytes32) {
        return 0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855;
    }
}

// The same tree by keccak256, the cheapest hash of the EVM.
contract KeccakTwin is Twin {
    function leafHash(bytes calldata element) internal pure override returns (bytes32 digest) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore8(place, 0)
            calldatacopy(add(place, 1), element.offset, element.length)
            digest := keccak256(place, add(element.length, 1))
        }
    }

    function nodeHash(bytes32 left, bytes32 right) internal pure override returns (bytes32 digest) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore8(place, 1)
            mstore(add(place, 1), left)
            mstore(add(place, 33), right)
            digest := keccak256(place, 65)
        }
    }

    function emptyRoot() internal pure override returns (bytes32) {
        return keccak256("");
    }
}
