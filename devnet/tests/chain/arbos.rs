//! Arbitrum's precompiled contracts as tools ask them, and the life of an activated program.

use alloy::{
    eips::BlockId,
    rpc::types::{
        TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
};
use alloy_primitives::{Address, B256, Bytes, U256, address, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent, sol};
use surety_devnet::{Config, Node, NodeError, config::NITRO_DEV_ACCOUNT, evm::arbos::NETWORK_FEE_ACCOUNT};

use crate::support::*;

sol! {
    #![sol(all_derives)]

    function codehashKeepalive(bytes32 codehash) external payable;
    function codehashVersion(bytes32 codehash) external view returns (uint16);
    function codehashAsmSize(bytes32 codehash) external view returns (uint32);
    function programVersion(address program) external view returns (uint16);
    function programInitGas(address program) external view returns (uint64 gas, uint64 cached);
    function programMemoryFootprint(address program) external view returns (uint16);
    function programTimeLeft(address program) external view returns (uint64);
    function minInitGas() external view returns (uint64 gas, uint64 cached);
    function isChainOwner(address addr) external view returns (bool);
    function getAllChainOwners() external view returns (address[] memory);
    function getNetworkFeeAccount() external view returns (address);
    function getScheduledUpgrade() external view returns (uint64, uint64);
    function arbBlockHash(uint256 number) external view returns (bytes32);
    function getBalance(address account) external view returns (uint256);
    function getCode(address account) external view returns (bytes memory);
    function getPricesInWei() external view returns (uint256, uint256, uint256, uint256, uint256, uint256);
    function getPricesInArbGas() external view returns (uint256, uint256, uint256);
    function getGasAccountingParams() external view returns (uint256, uint256, uint256);
    function gasEstimateComponents(address to, bool contractCreation, bytes data) external payable
        returns (uint64 gas, uint64 l1Gas, uint256 baseFee, uint256 l1BaseFee);
    function gasEstimateL1Component(address to, bool contractCreation, bytes data) external payable
        returns (uint64 l1Gas, uint256 baseFee, uint256 l1BaseFee);
    function blockL1Num(uint64 number) external view returns (uint64);
    function l2BlockRangeForL1(uint64 number) external view returns (uint64 first, uint64 last);
    function getL1Confirmations(bytes32 blockHash) external view returns (uint64);
    function findBatchContainingBlock(uint64 number) external view returns (uint64);

    event ProgramLifetimeExtended(bytes32 indexed codehash, uint256 dataFee);
    error ProgramNotActivated();
    error ProgramExpired(uint64 ageInSeconds);
    error ProgramKeepaliveTooSoon(uint64 ageInSeconds);
    error ProgramInsufficientValue(uint256 have, uint256 want);
    error InvalidBlockNumber(uint256 requested, uint256 current);
}

const ARB_SYS: Address = Address::with_last_byte(0x64);
const ARB_INFO: Address = Address::with_last_byte(0x65);
const ARB_OWNER_PUBLIC: Address = Address::with_last_byte(0x6b);
const ARB_GAS_INFO: Address = Address::with_last_byte(0x6c);
const NODE_INTERFACE: Address = Address::with_last_byte(0xc8);
const DAY: u64 = 24 * 3_600;

const IDLE: &str = r#"(module (memory (export "memory") 2 2)
    (func (export "user_entrypoint") (param i32) (result i32) (i32.const 0)))"#;

fn ask<C: SolCall>(node: &Node, to: Address, input: C) -> C::Return {
    let output = call(node, to, input.abi_encode()).unwrap_or_else(|error| panic!("{}: {error}", C::SIGNATURE));
    C::abi_decode_returns(&output).expect("the answer has the type of the interface")
}

fn revert_data(result: Result<Bytes, NodeError>) -> Bytes {
    match result {
        Err(NodeError::Revert { data, .. }) => data,
        other => panic!("expected a revert, found {other:?}"),
    }
}

fn code_hash(node: &Node, address: Address) -> B256 {
    keccak256(node.code(address, BlockId::latest()).expect("the latest state is kept"))
}

#[test]
fn constants_are_those_of_arbos_61() {
    let node = node();
    for (to, signature, expected) in [
        (ARB_WASM, "stylusVersion()", 3_u64),
        (ARB_WASM, "inkPrice()", 10_000),
        (ARB_WASM, "maxStackDepth()", 22_000),
        (ARB_WASM, "freePages()", 2),
        (ARB_WASM, "pageGas()", 1_000),
        (ARB_WASM, "pageRamp()", 620_674_314),
        (ARB_WASM, "pageLimit()", 128),
        (ARB_WASM, "initCostScalar()", 100),
        (ARB_WASM, "expiryDays()", 365),
        (ARB_WASM, "keepaliveDays()", 31),
        (ARB_WASM, "blockCacheSize()", 32),
        (ARB_WASM, "activationGas()", 0),
        (ARB_OWNER_PUBLIC, "getMaxStylusContractFragments()", 4),
        (ARB_SYS, "arbBlockNumber()", 0),
        (ARB_SYS, "arbChainID()", 412_346),
        (ARB_SYS, "arbOSVersion()", 55 + 61),
        (ARB_SYS, "isTopLevelCall()", 1),
        (ARB_SYS, "wasMyCallersAddressAliased()", 0),
        (ARB_GAS_INFO, "getMinimumGasPrice()", 100_000_000),
        (ARB_GAS_INFO, "getL1BaseFeeEstimate()", 0),
        (ARB_GAS_INFO, "getL1GasPriceEstimate()", 0),
        (ARB_GAS_INFO, "getCurrentTxL1GasFees()", 0),
        (ARB_GAS_INFO, "getMaxTxGasLimit()", 32_000_000),
        (ARB_GAS_INFO, "getGasBacklog()", 0),
        (NODE_INTERFACE, "nitroGenesisBlock()", 0),
    ] {
        let selector = keccak256(signature)[..4].to_vec();
        let output = call(&node, to, selector).unwrap_or_else(|error| panic!("{signature}: {error}"));
        assert_eq!(U256::from_be_slice(&output), U256::from(expected), "{signature}");
    }
    let least = ask(&node, ARB_WASM, minInitGasCall {});
    assert_eq!((least.gas, least.cached), (8_832, 352));
}

#[test]
fn older_versions_do_not_know_newer_methods() {
    let node = Node::new(Config {
        arbos_version: 51,
        ..Config::default()
    })
    .expect("it starts");
    for (to, signature) in [
        (ARB_WASM, "activationGas()"),
        (ARB_OWNER_PUBLIC, "getMaxStylusContractFragments()"),
    ] {
        let selector = keccak256(signature)[..4].to_vec();
        assert!(revert_data(call(&node, to, selector)).is_empty(), "{signature}");
    }
}

#[test]
fn everybody_may_know_the_owners() {
    let node = node();
    assert!(ask(
        &node,
        ARB_OWNER_PUBLIC,
        isChainOwnerCall {
            addr: NITRO_DEV_ACCOUNT
        }
    ));
    assert!(!ask(&node, ARB_OWNER_PUBLIC, isChainOwnerCall { addr: Address::ZERO }));
    assert_eq!(
        ask(&node, ARB_OWNER_PUBLIC, getAllChainOwnersCall {}),
        [NITRO_DEV_ACCOUNT]
    );
    assert_eq!(
        ask(&node, ARB_OWNER_PUBLIC, getNetworkFeeAccountCall {}),
        NETWORK_FEE_ACCOUNT
    );
    let upgrade = ask(&node, ARB_OWNER_PUBLIC, getScheduledUpgradeCall {});
    assert_eq!((upgrade._0, upgrade._1), (0, 0));
}

#[test]
fn hashes_of_recent_blocks_are_known() {
    let node = node();
    node.mine(300, None);
    let hash = |number: u64| block(&node, BlockId::number(number)).header.hash;
    // A call on the latest block stands in that block.
    for number in [44, 200, 299] {
        assert_eq!(
            ask(
                &node,
                ARB_SYS,
                arbBlockHashCall {
                    number: U256::from(number)
                }
            ),
            hash(number)
        );
    }
    for number in [43_u64, 300, 1_000] {
        let data = revert_data(call(
            &node,
            ARB_SYS,
            arbBlockHashCall {
                number: U256::from(number),
            }
            .abi_encode(),
        ));
        let error = InvalidBlockNumber::abi_decode(&data).expect("the revert tells the reason");
        assert_eq!((error.requested, error.current), (U256::from(number), U256::from(300)));
    }
}

#[test]
fn balances_code_and_prices_are_told() {
    let node = node();
    let account = node.accounts()[0];
    let code = deploy(&node, &[0x5f, 0x5f, 0xf3]);
    assert_eq!(
        ask(&node, ARB_INFO, getBalanceCall { account }),
        balance(&node, account)
    );
    assert_eq!(
        ask(&node, ARB_INFO, getCodeCall { account: code }),
        Bytes::from_static(&[0x5f, 0x5f, 0xf3])
    );
    let fee = U256::from(100_000_000);
    let wei = ask(&node, ARB_GAS_INFO, getPricesInWeiCall {});
    assert_eq!(
        (wei._0, wei._1, wei._2),
        (U256::ZERO, U256::ZERO, fee * U256::from(20_000))
    );
    assert_eq!((wei._3, wei._4, wei._5), (fee, U256::ZERO, fee));
    let gas = ask(&node, ARB_GAS_INFO, getPricesInArbGasCall {});
    assert_eq!((gas._0, gas._1, gas._2), (U256::ZERO, U256::ZERO, U256::from(20_000)));
    let limits = ask(&node, ARB_GAS_INFO, getGasAccountingParamsCall {});
    assert_eq!((limits._0, limits._1), (U256::from(7_000_000), U256::from(32_000_000)));
}

#[test]
fn the_node_interface_estimates_and_looks_up() {
    let node = node();
    let to = Address::with_last_byte(0xaa);
    let data = Bytes::from_static(&[1, 2, 3]);
    let parts = ask(
        &node,
        NODE_INTERFACE,
        gasEstimateComponentsCall {
            to,
            contractCreation: false,
            data: data.clone(),
        },
    );
    let estimate = node.estimate_gas(request(&node, to, data.clone()), BlockId::latest(), None, None);
    assert_eq!(Ok(parts.gas), estimate);
    assert_eq!(
        (parts.l1Gas, parts.baseFee, parts.l1BaseFee),
        (0, U256::from(100_000_000), U256::ZERO)
    );
    let created = ask(
        &node,
        NODE_INTERFACE,
        gasEstimateComponentsCall {
            to,
            contractCreation: true,
            data: init_code(&[0]).into(),
        },
    );
    assert!(created.gas > 53_000);
    let l1 = ask(
        &node,
        NODE_INTERFACE,
        gasEstimateL1ComponentCall {
            to,
            contractCreation: false,
            data,
        },
    );
    assert_eq!(
        (l1.l1Gas, l1.baseFee, l1.l1BaseFee),
        (0, U256::from(100_000_000), U256::ZERO)
    );

    node.mine(4, None);
    assert_eq!(ask(&node, NODE_INTERFACE, blockL1NumCall { number: 2 }), 0);
    let range = ask(&node, NODE_INTERFACE, l2BlockRangeForL1Call { number: 0 });
    assert_eq!((range.first, range.last), (0, 4));
    let hash = block(&node, BlockId::latest()).header.hash;
    assert_eq!(
        ask(&node, NODE_INTERFACE, getL1ConfirmationsCall { blockHash: hash }),
        0
    );
    assert!(call(&node, NODE_INTERFACE, blockL1NumCall { number: 5 }.abi_encode()).is_err());
    assert!(
        call(
            &node,
            NODE_INTERFACE,
            getL1ConfirmationsCall { blockHash: B256::ZERO }.abi_encode()
        )
        .is_err()
    );
    assert!(
        call(
            &node,
            NODE_INTERFACE,
            findBatchContainingBlockCall { number: 1 }.abi_encode()
        )
        .is_err()
    );
}

#[test]
fn an_active_program_tells_its_figures() {
    let node = node();
    let program = program(&node, IDLE);
    let codehash = code_hash(&node, program);
    assert_eq!(ask(&node, ARB_WASM, codehashVersionCall { codehash }), 3);
    assert_eq!(ask(&node, ARB_WASM, programVersionCall { program }), 3);
    assert_eq!(ask(&node, ARB_WASM, programMemoryFootprintCall { program }), 2);
    assert_eq!(ask(&node, ARB_WASM, codehashAsmSizeCall { codehash }) % 1_024, 0);
    let gas = ask(&node, ARB_WASM, programInitGasCall { program });
    assert!(gas.cached >= 352 && gas.gas >= 8_832 + gas.cached, "{gas:?}");
    let left = ask(&node, ARB_WASM, programTimeLeftCall { program });
    // Activation is noted with its hour.
    assert!((364 * DAY + 23 * 3_600..=365 * DAY).contains(&left), "{left}");
    for evm in [deploy(&node, &[0x00]), Address::with_last_byte(0xaa)] {
        let data = revert_data(call(&node, ARB_WASM, programVersionCall { program: evm }.abi_encode()));
        assert_eq!(data[..], ProgramNotActivated {}.abi_encode()[..]);
    }
}

fn keepalive(node: &Node, codehash: B256, wei: u64) -> TransactionRequest {
    request(node, ARB_WASM, codehashKeepaliveCall { codehash }.abi_encode()).value(U256::from(wei))
}

fn refusal(node: &Node, request: TransactionRequest) -> Bytes {
    revert_data(node.call(request, BlockId::latest(), None, None))
}

#[test]
fn a_program_is_kept_alive_after_a_month() {
    let node = node();
    let program = program(&node, IDLE);
    let codehash = code_hash(&node, program);
    let unknown = refusal(&node, keepalive(&node, B256::ZERO, ETHER));
    assert_eq!(unknown[..], ProgramNotActivated {}.abi_encode()[..]);
    let soon = refusal(&node, keepalive(&node, codehash, ETHER));
    let age = ProgramKeepaliveTooSoon::abi_decode(&soon)
        .expect("the revert tells the age")
        .ageInSeconds;
    assert!(age < 2 * 3_600, "{age}");

    node.increase_time(32 * DAY);
    node.mine(1, None);
    let poor = ProgramInsufficientValue::abi_decode(&refusal(&node, keepalive(&node, codehash, 0)));
    let want = poor.expect("the revert tells the fee").want;
    let before = (balance(&node, NETWORK_FEE_ACCOUNT), balance(&node, node.accounts()[0]));
    let receipt = send(&node, keepalive(&node, codehash, ETHER));
    assert!(receipt.is_success());
    let event = ProgramLifetimeExtended::decode_log(&receipt.0.inner.logs()[0].inner).expect("the event is logged");
    assert_eq!((event.codehash, event.dataFee), (codehash, want));
    let gas = U256::from(receipt.0.gas_used) * U256::from(100_000_000);
    assert_eq!(
        before.1 - balance(&node, node.accounts()[0]),
        want + gas,
        "what is above the fee comes back"
    );
    assert_eq!(balance(&node, NETWORK_FEE_ACCOUNT) - before.0, want + gas);
    assert!(ask(&node, ARB_WASM, programTimeLeftCall { program }) > 364 * DAY);
}

#[test]
fn a_program_expires_after_a_year_and_can_be_activated_again() {
    let node = node();
    let program = program(&node, IDLE);
    let codehash = code_hash(&node, program);
    node.increase_time(366 * DAY);
    node.mine(1, None);
    match call(&node, program, Bytes::new()) {
        Err(NodeError::Execution(message)) => assert!(message.starts_with("error ProgramExpired("), "{message}"),
        other => panic!("expected an error without data, found {other:?}"),
    }
    let data = revert_data(call(&node, ARB_WASM, codehashVersionCall { codehash }.abi_encode()));
    assert!(
        ProgramExpired::abi_decode(&data)
            .expect("the revert tells the age")
            .ageInSeconds
            > 365 * DAY
    );
    assert!(ProgramExpired::abi_decode(&refusal(&node, keepalive(&node, codehash, ETHER))).is_ok());
    assert!(activate(&node, program).is_success());
    assert_eq!(call(&node, program, Bytes::new()), Ok(Bytes::new()));
}

const FRAGMENT: [u8; 3] = [0xef, 0xf0, 0x01];
const ROOT: [u8; 4] = [0xef, 0xf0, 0x02, 0];

/// The pieces of a program's compressed code, and the length that its root announces.
fn pieces(wat: &str, count: usize) -> (Vec<Vec<u8>>, u32) {
    let wasm = wat::parse_str(wat).expect("the text is WebAssembly");
    let code = surety_stylus::code::compress(&wasm).expect("memory is enough");
    let stream = &code[4..];
    let chunks = stream.chunks(stream.len().div_ceil(count));
    (
        chunks.map(|chunk| [&FRAGMENT[..], chunk].concat()).collect(),
        wasm.len() as u32,
    )
}

fn root(length: u32, fragments: &[Address]) -> Vec<u8> {
    let addresses: Vec<u8> = fragments.iter().flat_map(|address| address.into_array()).collect();
    [&ROOT[..], &length.to_be_bytes(), &addresses].concat()
}

#[test]
fn a_program_in_pieces_is_activated_by_its_root() {
    let node = node();
    for count in [1, 2, 4] {
        let (codes, length) = pieces(IDLE, count);
        let fragments: Vec<Address> = codes.iter().map(|code| deploy(&node, code)).collect();
        let program = deploy(&node, &root(length, &fragments));
        let receipt = activate(&node, program);
        assert!(receipt.is_success(), "{count} pieces");
        assert_eq!(call(&node, program, Bytes::new()), Ok(Bytes::new()));
        let fragment = activate(&node, fragments[0]);
        assert!(!fragment.is_success(), "a piece is no program");
    }
}

#[test]
fn pieces_cost_what_reading_them_does() {
    let node = node();
    let (codes, length) = pieces(IDLE, 1);
    let fragment = deploy(&node, &codes[0]);
    let whole = deploy(&node, &program_code(IDLE));
    let parts = deploy(&node, &root(length, &[fragment]));
    // Equal but for the zero bytes of the addresses in calldata.
    let calldata = |address: Address| -> u64 { address.iter().map(|byte| if *byte == 0 { 4 } else { 16 }).sum() };
    let gas = |program| activate(&node, program).0.gas_used - calldata(program);
    let read = 2_600 + 3 * codes[0].len().div_ceil(32) as u64;
    assert_eq!(gas(parts) - gas(whole), read);
}

#[test]
fn malformed_roots_are_not_activated() {
    let node = node();
    let (codes, length) = pieces(IDLE, 2);
    let good: Vec<Address> = codes.iter().map(|code| deploy(&node, code)).collect();
    let evm = deploy(&node, &[0x00]);
    let five = [good[0]; 5];
    for (what, code) in [
        ("no fragment", root(length, &[])),
        ("five fragments", root(length, &five)),
        ("half an address", root(length, &good)[..38].to_vec()),
        ("another length", root(length + 1, &good)),
        ("more than 262,144 bytes", root(262_145, &good)),
        ("a fragment that is none", root(length, &[good[0], evm])),
        ("fragments in the wrong order", root(length, &[good[1], good[0]])),
        (
            "a dictionary",
            [&[0xef, 0xf0, 0x02, 1][..], &root(length, &good)[4..]].concat(),
        ),
    ] {
        let program = deploy(&node, &code);
        let result = call(&node, ARB_WASM, activate_input(program));
        assert!(revert_data(result).is_empty(), "{what}");
    }
}

#[test]
fn a_call_that_assumes_other_pieces_does_not_change_the_program() {
    let node = node();
    let (codes, length) = pieces(IDLE, 1);
    let fragment = deploy(&node, &codes[0]);
    let program = deploy(&node, &root(length, &[fragment]));
    assert!(activate(&node, program).is_success());
    let (other, _) = pieces(&IDLE.replace("i32.const 0", "i32.const 1"), 1);
    let mut assumed = StateOverride::default();
    assumed.insert(
        fragment,
        AccountOverride {
            code: Some(other[0].clone().into()),
            ..AccountOverride::default()
        },
    );
    let lie = node.call(
        request(&node, program, Bytes::new()),
        BlockId::latest(),
        Some(assumed),
        None,
    );
    assert!(lie.is_err(), "the pieces are not those that were activated");
    assert_eq!(call(&node, program, Bytes::new()), Ok(Bytes::new()));
}

#[test]
fn the_factories_are_where_tools_look_for_them() {
    let node = node();
    let factory = address!("4e59b44847b379578588920ca78fbf26c0b4956c");
    let input = [&[0; 32][..], &init_code(&program_code(IDLE))].concat();
    let receipt = send(&node, request(&node, factory, input.clone()));
    assert!(receipt.is_success());
    let address = factory.create2_from_code(B256::ZERO, &input[32..]);
    assert!(activate(&node, address).is_success());
    assert_eq!(call(&node, address, Bytes::new()), Ok(Bytes::new()));
}

/// Returns the gas price that it sees.
const PRICE: &str = r#"(module
    (import "vm_hooks" "tx_gas_price" (func $price (param i32)))
    (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
    (import "vm_hooks" "emit_log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1 1)
    (func (export "user_entrypoint") (param i32) (result i32)
        (call $price (i32.const 0))
        (call $log (i32.const 0) (i32.const 32) (i32.const 0))
        (i32.const 0)))"#;

#[test]
fn programs_see_the_tip_that_nobody_takes() {
    let node = node();
    let program = program(&node, PRICE);
    // GASPRICE, MSTORE, LOG0 of the word
    let evm = deploy(&node, &[0x3a, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xa0, 0x00]);
    let (tip, base_fee) = (7_000_000_u128, 100_000_000_u128);
    for (to, expected) in [(program, base_fee + tip), (evm, base_fee)] {
        let offer = TransactionRequest {
            max_fee_per_gas: Some(2 * base_fee),
            max_priority_fee_per_gas: Some(tip),
            ..request(&node, to, Bytes::new())
        };
        let receipt = send(&node, offer);
        assert_eq!(receipt.0.effective_gas_price, base_fee);
        let seen = U256::from_be_slice(&receipt.0.inner.logs()[0].inner.data.data);
        assert_eq!(seen, U256::from(expected));
    }
}
