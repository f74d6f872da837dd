// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../abi/Surety.sol";

// What a committed root says about an accusation, as `protocol/src/fault.rs` has it, and whom the escrow asks.
abstract contract Evidence is IEscrow {
    // The tree's hash.
    function leafHash(bytes calldata element) internal view virtual returns (bytes32);
    function nodeHash(bytes32 left, bytes32 right) internal view virtual returns (bytes32);
    function emptyRoot() internal pure virtual returns (bytes32);

    function question(
        Terms calldata terms,
        Fault fault,
        bytes32 root,
        uint64 count,
        Leaf[] calldata leaves,
        uint64 at,
        bytes calldata missing
    ) internal view returns (uint64 index, bytes calldata previous, bytes calldata element) {
        previous = msg.data[0:0];
        if (fault == Fault.WrongElement && terms.form != Form.Chain) {
            if (leaves.length != 1) revert WrongEvidence();
            element = proven(root, count, leaves, 0, at);
            index = terms.form == Form.Table ? at : 0;
        } else if (fault == Fault.MissingElement && terms.form == Form.Set && terms.predicate != address(0)) {
            if (missing.length > terms.maxElement) revert ElementTooLong(uint64(missing.length), terms.maxElement);
            if (at > count) revert WrongEvidence();
            uint256 neighbours = (at > 0 ? 1 : 0) + (at < count ? 1 : 0);
            if (leaves.length != neighbours) revert WrongEvidence();
            if (at > 0 && !less(proven(root, count, leaves, 0, at - 1), missing)) revert NotMissing();
            if (at < count && !less(missing, proven(root, count, leaves, neighbours - 1, at))) revert NotMissing();
            element = missing;
        } else if (fault == Fault.WrongStep && terms.form == Form.Chain) {
            if (leaves.length != (at == 0 ? 1 : 2)) revert WrongEvidence();
            if (at > 0) previous = proven(root, count, leaves, 0, at - 1);
            element = proven(root, count, leaves, leaves.length - 1, at);
            index = at;
        } else {
            revert FaultNotAdmissible(fault);
        }
    }

    function disorder(bytes32 root, uint64 count, Leaf[] calldata leaves, uint64 at) internal view {
        if (leaves.length != 2 || at == type(uint64).max) revert WrongEvidence();
        bytes calldata left = proven(root, count, leaves, 0, at);
        if (less(left, proven(root, count, leaves, 1, at + 1))) revert InOrder();
    }

    function proven(bytes32 root, uint64 count, Leaf[] calldata leaves, uint256 which, uint64 at)
        internal
        view
        returns (bytes calldata)
    {
        if (leaves[which].index != at) revert WrongEvidence();
        included(root, count, leaves, which);
        return leaves[which].element;
    }

    // RFC 9162, 2.1.3.2; a proof may end where it meets that of an earlier leaf.
    function included(bytes32 root, uint64 count, Leaf[] calldata leaves, uint256 which) internal view {
        Leaf calldata leaf = leaves[which];
        uint256 at = leaf.index;
        if (at >= count) revert BadProof(leaf.index);
        uint256 last = uint256(count) - 1;
        bytes32 digest = leafHash(leaf.element);
        bytes32[] calldata proof = leaf.proof;
        for (uint256 i = 0; i < proof.length; i++) {
            if (last == 0) revert BadProof(leaf.index);
            if (at & 1 == 1 || at == last) {
                digest = nodeHash(proof[i], digest);
                while (at & 1 == 0 && at != 0) {
                    at >>= 1;
                    last >>= 1;
                }
            } else {
                digest = nodeHash(digest, proof[i]);
            }
            at >>= 1;
            last >>= 1;
        }
        if (last != 0) root = sibling(leaves, which, at, last);
        if (digest != root) revert BadProof(leaf.index);
    }

    // What an earlier leaf's proof has for the node above the end of this one.
    function sibling(Leaf[] calldata leaves, uint256 which, uint256 at, uint256 last) internal pure returns (bytes32) {
        uint64 index = leaves[which].index;
        while (at & 1 == 0 && at == last) {
            at >>= 1;
            last >>= 1;
        }
        if (at & 1 == 1) {
            uint256 level = 0;
            while (index >> level != at) level++;
            for (uint256 i = which; i > 0; i--) {
                Leaf calldata earlier = leaves[i - 1];
                if (earlier.index >> level == at - 1 && earlier.proof.length > level) return earlier.proof[level];
            }
        }
        revert BadProof(index);
    }

    function treeRoot(bytes32[] calldata hashes) internal view returns (bytes32 root) {
        uint256 length = hashes.length;
        if (length == 0) return emptyRoot();
        bytes32[] memory level = hashes;
        while (length > 1) {
            for (uint256 i = 0; i < length / 2; i++) level[i] = nodeHash(level[2 * i], level[2 * i + 1]);
            if (length & 1 == 1) level[length / 2] = level[length - 1];
            length = (length + 1) / 2;
        }
        return level[0];
    }

    // Lexicographic order of bytes.
    function less(bytes calldata left, bytes calldata right) internal pure returns (bool) {
        uint256 shorter = left.length < right.length ? left.length : right.length;
        for (uint256 i = 0; i < shorter; i += 32) {
            bytes32 a = wordAt(left, i, shorter);
            bytes32 b = wordAt(right, i, shorter);
            if (a != b) return a < b;
        }
        return left.length < right.length;
    }

    // 32 bytes from `at`, zero from `end` on.
    function wordAt(bytes calldata data, uint256 at, uint256 end) internal pure returns (bytes32 loaded) {
        assembly ("memory-safe") {
            loaded := calldataload(add(data.offset, at))
        }
        if (end - at < 32) loaded &= bytes32(type(uint256).max << (8 * (32 - (end - at))));
    }

    // Contracts that are asked.

    function askPredicate(
        Terms calldata terms,
        Opening calldata opening,
        uint64 index,
        bytes calldata previous,
        bytes calldata element
    ) internal view returns (bool) {
        bool opens = commitment(opening.functionSalt, opening.functionBytes) == terms.functionCommitment
            && commitment(opening.dataSalt, opening.dataBytes) == terms.dataCommitment;
        if (!opens) revert OpeningMismatch();
        bytes memory question_ =
            abi.encodeCall(IPredicate.holds, (opening.functionBytes, opening.dataBytes, index, previous, element));
        (bool answered, uint256 first,,) = ask(terms.predicate, question_, 1);
        if (!answered || first > 1) revert PredicateFailed();
        return first == 1;
    }

    function askReport(address verifier, bytes32 id) internal view returns (bool, bytes32, uint64) {
        (bool answered, uint256 revealed, bytes32 root, uint256 count) =
            ask(verifier, abi.encodeCall(IVerifier.report, (id)), 3);
        if (!answered || revealed > 1 || count > type(uint64).max) revert VerifierFailed();
        return (revealed == 1, root, uint64(count));
    }

    // An answer of exactly `words` words.
    function ask(address whom, bytes memory data, uint256 words)
        internal
        view
        returns (bool answered, uint256 first, bytes32 second, uint256 third)
    {
        assembly ("memory-safe") {
            let place := mload(0x40)
            answered := staticcall(gas(), whom, add(data, 32), mload(data), place, mul(words, 32))
            answered := and(answered, eq(returndatasize(), mul(words, 32)))
            first := mload(place)
            second := mload(add(place, 32))
            third := mload(add(place, 64))
        }
    }

    function commitment(bytes32 salt, bytes calldata message) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(salt, sha256(message)));
    }
}
