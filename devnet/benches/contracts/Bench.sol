// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// A token with what a transfer needs.
contract Token {
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}

/// Arithmetic and nothing else.
contract Loop {
    uint256 public last;

    function run(uint256 rounds) external {
        uint256 x = last | 1;
        unchecked {
            for (uint256 i = 0; i < rounds; i++) x = (x * 6364136223846793005 + i) ^ (x >> 33);
        }
        last = x;
    }
}
