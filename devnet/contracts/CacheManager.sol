// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface ArbOwnerPublic {
    function isChainOwner(address addr) external view returns (bool);
    function getNetworkFeeAccount() external view returns (address);
}

interface ArbWasm {
    function codehashAsmSize(bytes32 codehash) external view returns (uint32 size);
}

interface ArbWasmCache {
    function cacheProgram(address program) external;
    function evictCodehash(bytes32 codehash) external;
    function codehashIsCached(bytes32 codehash) external view returns (bool);
}

/// Sells places in the chain's cache of Stylus programs by auction, behind the interface that Arbitrum's tools know.
///
/// A bid is worth its wei plus `decay` for each second since 1970 at the time it was placed, so later bids outrank earlier
/// ones of the same wei. When room is needed the programs with the lowest bids leave. All sizes are bytes of compiled
/// program as ArbWasm reports them.
contract CacheManager {
    ArbOwnerPublic private constant OWNERS = ArbOwnerPublic(address(0x6b));
    ArbWasm private constant PROGRAMS = ArbWasm(address(0x71));
    ArbWasmCache private constant CACHE = ArbWasmCache(address(0x72));

    /// The least that a program counts as.
    uint64 private constant MIN_SIZE = 4_096;
    /// The most that one call of `makeSpace` may clear.
    uint64 private constant MAX_MAKE_SPACE = 5 * 1024 * 1024;

    struct Entry {
        bytes32 code;
        uint64 size;
        uint192 bid;
    }

    // The four share slot 0, which the chain's genesis fills.

    /// Bytes that may be cached.
    uint64 public cacheSize;
    /// Bytes that are cached.
    uint64 public queueSize;
    /// Wei that a bid gains on older ones with each second.
    uint64 public decay;
    bool public isPaused;

    /// A binary heap, the lowest bid first.
    Entry[] public entries;

    event InsertBid(bytes32 indexed codehash, address program, uint192 bid, uint64 size);
    event DeleteBid(bytes32 indexed codehash, uint192 bid, uint64 size);
    event SetCacheSize(uint64 size);
    event SetDecayRate(uint64 decay);
    event Pause();
    event Unpause();

    error NotChainOwner(address sender);
    error AsmTooLarge(uint256 asm, uint256 queueSize, uint256 cacheSize);
    error AlreadyCached(bytes32 codehash);
    error BidTooSmall(uint192 bid, uint192 min);
    error BidsArePaused();
    error MakeSpaceTooLarge(uint64 size, uint64 limit);

    modifier onlyOwner() {
        if (!OWNERS.isChainOwner(msg.sender)) revert NotChainOwner(msg.sender);
        _;
    }

    modifier whileOpen() {
        if (isPaused) revert BidsArePaused();
        _;
    }

    /// Bids for a place for `program` with the value of the call.
    function placeBid(address program) external payable whileOpen {
        bytes32 codehash = program.codehash;
        if (CACHE.codehashIsCached(codehash)) revert AlreadyCached(codehash);
        uint64 size = sizeOf(codehash);
        uint192 bid = makeRoom(size);
        queueSize += size;
        push(Entry(codehash, size, bid));
        emit InsertBid(codehash, program, bid, size);
        CACHE.cacheProgram(program);
    }

    /// Clears `size` bytes, at most five mebibytes, for as much as a bid for them would take. Returns the bytes free now.
    function makeSpace(uint64 size) external payable whileOpen returns (uint64 space) {
        if (size > MAX_MAKE_SPACE) revert MakeSpaceTooLarge(size, MAX_MAKE_SPACE);
        makeRoom(size);
        return cacheSize - queueSize;
    }

    /// Wei that a bid for `size` bytes takes now.
    function getMinBid(uint64 size) public view returns (uint192 min) {
        if (size > cacheSize) revert AsmTooLarge(size, queueSize, cacheSize);
        uint256 free = cacheSize > queueSize ? cacheSize - queueSize : 0;
        if (free < size) {
            Entry[] memory lowest = getSmallestEntries(entries.length);
            for (uint256 i = 0; i < lowest.length && free < size; i++) {
                free += lowest[i].size;
                min = lowest[i].bid;
            }
        }
        uint192 age = ageValue();
        return min > age ? min - age : 0;
    }

    /// Wei that a bid for `program` takes now.
    function getMinBid(address program) external view returns (uint192) {
        return getMinBid(sizeOf(program.codehash));
    }

    /// Wei that a bid for the program with this code hash takes now.
    function getMinBid(bytes32 codehash) external view returns (uint192) {
        return getMinBid(sizeOf(codehash));
    }

    /// All programs held, in no order.
    function getEntries() external view returns (Entry[] memory) {
        return entries;
    }

    /// The `count` programs with the lowest bids, lowest first; fewer if fewer are held.
    function getSmallestEntries(uint256 count) public view returns (Entry[] memory lowest) {
        Entry[] memory rest = entries;
        uint256 left = rest.length;
        lowest = new Entry[](count < left ? count : left);
        for (uint256 i = 0; i < lowest.length; i++) {
            lowest[i] = rest[0];
            left -= 1;
            uint256 at = 0;
            Entry memory last = rest[left];
            for (uint256 child = 1; child < left; child = 2 * at + 1) {
                if (child + 1 < left && rest[child + 1].bid < rest[child].bid) child += 1;
                if (last.bid <= rest[child].bid) break;
                rest[at] = rest[child];
                at = child;
            }
            rest[at] = last;
        }
    }

    /// Changes how much may be cached. What is over it leaves with later bids.
    function setCacheSize(uint64 size) external onlyOwner {
        cacheSize = size;
        emit SetCacheSize(size);
    }

    /// Changes how fast bids lose against later ones, counted from 1970.
    function setDecayRate(uint64 rate) external onlyOwner {
        decay = rate;
        emit SetDecayRate(rate);
    }

    /// Takes no bids until `unpause`.
    function paused() external onlyOwner {
        isPaused = true;
        emit Pause();
    }

    function unpause() external onlyOwner {
        isPaused = false;
        emit Unpause();
    }

    /// Evicts the `count` programs with the lowest bids, and takes no bids until `unpause`.
    function evictPrograms(uint256 count) public onlyOwner {
        isPaused = true;
        emit Pause();
        for (uint256 i = 0; i < count && entries.length > 0; i++) evictLowest();
    }

    /// Evicts everything, and takes no bids until `unpause`.
    function evictAll() external {
        evictPrograms(entries.length);
    }

    /// Sends what bidders paid to the network's fee account.
    function sweepFunds() external {
        (bool success, bytes memory reason) = OWNERS.getNetworkFeeAccount().call{value: address(this).balance}("");
        if (!success) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    /// Evicts until `size` bytes are free, if the call's value outbids all that must leave. Returns what the value is worth.
    function makeRoom(uint64 size) private returns (uint192 bid) {
        if (size > cacheSize) revert AsmTooLarge(size, queueSize, cacheSize);
        uint192 min = 0;
        while (queueSize + size > cacheSize) min = evictLowest();
        bid = uint192(msg.value) + ageValue();
        if (bid < min) revert BidTooSmall(bid, min);
    }

    function evictLowest() private returns (uint192 bid) {
        Entry memory entry = pop();
        queueSize -= entry.size;
        CACHE.evictCodehash(entry.code);
        emit DeleteBid(entry.code, entry.bid, entry.size);
        return entry.bid;
    }

    function ageValue() private view returns (uint192) {
        return uint192(block.timestamp) * decay;
    }

    function sizeOf(bytes32 codehash) private view returns (uint64) {
        uint64 size = PROGRAMS.codehashAsmSize(codehash);
        return size < MIN_SIZE ? MIN_SIZE : size;
    }

    function push(Entry memory entry) private {
        uint256 at = entries.length;
        entries.push(entry);
        while (at > 0) {
            uint256 parent = (at - 1) / 2;
            if (entries[parent].bid <= entry.bid) break;
            entries[at] = entries[parent];
            at = parent;
        }
        entries[at] = entry;
    }

    function pop() private returns (Entry memory lowest) {
        lowest = entries[0];
        Entry memory last = entries[entries.length - 1];
        entries.pop();
        uint256 left = entries.length;
        if (left == 0) return lowest;
        uint256 at = 0;
        for (uint256 child = 1; child < left; child = 2 * at + 1) {
            if (child + 1 < left && entries[child + 1].bid < entries[child].bid) child += 1;
            if (last.bid <= entries[child].bid) break;
            entries[at] = entries[child];
            at = child;
        }
        entries[at] = last;
    }
}
