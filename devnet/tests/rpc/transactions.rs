//! Reading and sending as wallets and libraries do.

use alloy::{
    eips::{BlockId, Typed2718, eip2930::AccessList, eip7702::Authorization},
    network::{TransactionBuilder, TransactionBuilder7702},
    primitives::{Address, Bytes, U256, address, bytes},
    providers::Provider,
    rpc::types::{
        TransactionRequest,
        state::{AccountOverride, StateOverride},
    },
    signers::SignerSync,
    sol_types::{Revert, SolError},
};
use serde_json::{Value, json};

use crate::chain::{COUNTED, COUNTER, Chain, number};

const STRANGER: Address = address!("00000000000000000000000000000000000abcde");

#[tokio::test]
async fn says_what_chain_it_is() {
    let chain = Chain::start().await;
    let provider = chain.provider(0);
    assert_eq!(provider.get_chain_id().await.unwrap(), 412_346);
    assert_eq!(provider.get_gas_price().await.unwrap(), 100_000_000);
    assert_eq!(provider.get_max_priority_fee_per_gas().await.unwrap(), 0);
    assert_eq!(provider.get_net_version().await.unwrap(), 412_346);
    assert_eq!(provider.get_accounts().await.unwrap(), chain.node.accounts());
    assert!(provider.get_client_version().await.unwrap().starts_with("surety/v"));
    assert_eq!(chain.result("eth_syncing", json!([])).await, json!(false));
    let digest = chain.result("web3_sha3", json!(["0x"])).await;
    assert_eq!(
        digest,
        json!("0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")
    );
}

#[tokio::test]
async fn moves_ether_to_the_wei() {
    let chain = Chain::start().await;
    let provider = chain.provider(0);
    let before = provider.get_balance(chain.account(0)).await.unwrap();
    let value = U256::from(12_345);

    let receipt = chain
        .send(TransactionRequest::default().to(STRANGER).value(value))
        .await;

    assert!(receipt.status());
    assert_eq!(receipt.gas_used, 21_000);
    assert_eq!(receipt.effective_gas_price, 100_000_000);
    assert_eq!(provider.get_balance(STRANGER).await.unwrap(), value);
    let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
    assert_eq!(
        provider.get_balance(chain.account(0)).await.unwrap(),
        before - value - fee
    );
    assert_eq!(provider.get_transaction_count(chain.account(0)).await.unwrap(), 1);
    let at_genesis = provider
        .get_balance(STRANGER)
        .block_id(BlockId::earliest())
        .await
        .unwrap();
    assert_eq!(at_genesis, U256::ZERO, "the state of an earlier block is kept");
}

#[tokio::test]
async fn deploys_and_calls_a_contract() {
    let chain = Chain::start().await;
    let provider = chain.provider(0);
    let counter = chain.deploy_counter().await;
    assert_eq!(provider.get_code_at(counter).await.unwrap(), COUNTER.slice(11..));

    let receipt = chain.count(counter).await;

    assert_eq!(chain.counted(counter).await, U256::from(1));
    let [log] = receipt.logs() else {
        panic!("one log: {receipt:?}")
    };
    assert_eq!((log.address(), log.topics()), (counter, &[COUNTED][..]));
    assert_eq!(log.data().data, Bytes::from(U256::from(1).to_be_bytes::<32>()));
    let output = provider.call(TransactionRequest::default().to(counter)).await.unwrap();
    assert_eq!(U256::from_be_slice(&output), U256::from(2));
    assert_eq!(chain.counted(counter).await, U256::from(1), "a call changes nothing");
}

#[tokio::test]
async fn an_estimate_is_enough_as_it_stands() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let request = TransactionRequest::default().to(counter).from(chain.account(0));
    let gas = chain.provider(0).estimate_gas(request.clone()).await.unwrap();

    let receipt = chain.send(request.clone().gas_limit(gas)).await;
    assert!(receipt.status());
    // From here on each count costs the same: its slot is no longer zero.
    let receipt = chain.send(request.clone().gas_limit(gas)).await;
    let receipt = chain.send(request.gas_limit(receipt.gas_used - 1)).await;
    assert!(!receipt.status(), "one gas less than was used runs out");
}

#[tokio::test]
async fn a_revert_carries_its_data_and_reason() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let data = Bytes::from(Revert::from("too late").abi_encode());
    let request = json!({ "to": counter, "data": data });
    for method in ["eth_call", "eth_estimateGas"] {
        let error = chain.error(method, json!([request, "latest"])).await;
        assert_eq!(error["code"], 3, "{method}");
        assert_eq!(error["message"], "execution reverted: too late", "{method}");
        assert_eq!(error["data"], json!(data), "{method}");
    }
    let custom = chain
        .error("eth_call", json!([{ "to": counter, "data": "0xdeadbeef" }]))
        .await;
    assert_eq!(
        custom,
        json!({ "code": 3, "message": "execution reverted", "data": "0xdeadbeef" })
    );

    let provider = chain.provider(0);
    let failure = provider
        .call(TransactionRequest::default().to(counter).input(data.clone().into()))
        .await
        .unwrap_err();
    assert_eq!(failure.as_error_resp().unwrap().as_revert_data(), Some(data));
}

#[tokio::test]
async fn overrides_hold_for_one_call() {
    let chain = Chain::start().await;
    // Returns the balance of the caller and the time: caller, balance, timestamp.
    let code = bytes!("33316000524260205260406000f3");
    let account = AccountOverride {
        code: Some(code),
        ..Default::default()
    };
    let caller = AccountOverride {
        balance: Some(U256::from(77)),
        ..Default::default()
    };
    let state = StateOverride::from_iter([(STRANGER, account), (Address::ZERO, caller)]);
    let request = json!({ "to": STRANGER, "from": Address::ZERO });

    let output = chain
        .result("eth_call", json!([request, "latest", state, { "time": "0x80000000" }]))
        .await;

    let expected = [
        U256::from(77).to_be_bytes::<32>(),
        U256::from(0x8000_0000_u64).to_be_bytes::<32>(),
    ]
    .concat();
    assert_eq!(output, json!(Bytes::from(expected)));
    assert_eq!(chain.result("eth_getCode", json!([STRANGER])).await, json!("0x"));
}

#[tokio::test]
async fn takes_every_type_of_transaction() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let signer = chain.node.signer(chain.account(1)).unwrap();
    let base = TransactionRequest::default().to(STRANGER).gas_limit(200_000);
    let authorization = Authorization {
        chain_id: U256::from(412_346),
        address: counter,
        nonce: 0,
    };
    let signature = signer.sign_hash_sync(&authorization.signature_hash()).unwrap();
    let requests = [
        (0, base.clone().with_gas_price(200_000_000)),
        (
            1,
            base.clone()
                .with_gas_price(200_000_000)
                .access_list(AccessList::default()),
        ),
        (2, base.clone().max_fee_per_gas(200_000_000).max_priority_fee_per_gas(1)),
        (
            4,
            base.with_authorization_list(vec![authorization.into_signed(signature)]),
        ),
    ];
    for (kind, request) in requests {
        let receipt = chain.send(request).await;
        assert!(receipt.status(), "type {kind}");
        assert_eq!(receipt.transaction_type() as u8, kind);
        assert_eq!(
            receipt.effective_gas_price, 100_000_000,
            "the tip of type {kind} is dropped"
        );
        let found = chain
            .provider(0)
            .get_transaction_by_hash(receipt.transaction_hash)
            .await
            .unwrap()
            .unwrap();
        assert_eq!((found.ty(), found.block_hash), (kind, receipt.block_hash));
    }
    let delegated = [&[0xef, 0x01, 0x00][..], counter.as_slice()].concat();
    assert_eq!(
        chain.result("eth_getCode", json!([chain.account(1)])).await,
        json!(Bytes::from(delegated))
    );
}

#[tokio::test]
async fn unusable_transactions_are_refused_with_a_reason() {
    let chain = Chain::start().await;
    let provider = chain.provider(0);
    let transfer = TransactionRequest::default()
        .to(STRANGER)
        .gas_limit(21_000)
        .max_fee_per_gas(100_000_000);
    let transfer = transfer.max_priority_fee_per_gas(0).nonce(0);
    let cases = [
        (transfer.clone().value(U256::MAX >> 8), "insufficient funds"),
        (
            transfer.clone().max_fee_per_gas(1),
            "max fee per gas less than block base fee",
        ),
        (transfer.clone().gas_limit(20_999), "intrinsic gas too low"),
    ];
    for (request, reason) in cases {
        let error = provider.send_transaction(request).await.unwrap_err();
        let error = error.as_error_resp().unwrap();
        assert_eq!(error.code, -32000, "{reason}: {error}");
        assert!(error.message.contains(reason), "{reason}: {error}");
    }
    provider
        .send_transaction(transfer.clone())
        .await
        .unwrap()
        .get_receipt()
        .await
        .unwrap();
    let another = transfer.value(U256::from(1));
    let error = provider.send_transaction(another).await.unwrap_err();
    assert!(error.to_string().contains("nonce too low"), "{error}");
}

#[tokio::test]
async fn the_node_signs_for_its_own_accounts_only() {
    let chain = Chain::start().await;
    let transfer = json!({ "from": chain.account(2), "to": STRANGER, "value": "0x5" });
    let hash = chain.result("eth_sendTransaction", json!([transfer])).await;
    let receipt = chain.result("eth_getTransactionReceipt", json!([hash])).await;
    assert_eq!(receipt["status"], "0x1");

    let signed = chain.result("eth_signTransaction", json!([transfer])).await;
    let hash = chain.result("eth_sendRawTransaction", json!([signed["raw"]])).await;
    assert_eq!(signed["tx"]["hash"], hash);
    assert_eq!(chain.result("eth_getBalance", json!([STRANGER, "latest"])).await, "0xa");

    for method in ["eth_sendTransaction", "eth_signTransaction"] {
        let error = chain.error(method, json!([{ "from": STRANGER, "to": STRANGER }])).await;
        assert_eq!(error["code"], -32000, "{method}: {error}");
        assert!(
            error["message"].as_str().unwrap().starts_with("no key for"),
            "{method}: {error}"
        );
    }
    let message = bytes!("68656c6c6f");
    let signature = chain.result("eth_sign", json!([chain.account(2), message])).await;
    let signature: Bytes = serde_json::from_value(signature).unwrap();
    let signature = alloy::primitives::Signature::try_from(&signature[..]).unwrap();
    assert_eq!(signature.recover_address_from_msg(&message).unwrap(), chain.account(2));
}

#[tokio::test]
async fn blocks_receipts_and_transactions_agree() {
    let chain = Chain::start().await;
    let receipt = chain.send(TransactionRequest::default().to(STRANGER)).await;
    let number_ = format!("0x{:x}", receipt.block_number.unwrap());
    let block = chain.result("eth_getBlockByNumber", json!([number_, true])).await;

    assert_eq!(block["hash"], json!(receipt.block_hash));
    assert_eq!(
        chain.result("eth_getBlockByHash", json!([block["hash"], true])).await,
        block
    );
    for field in ["l1BlockNumber", "sendRoot", "sendCount"] {
        assert!(block[field].is_string(), "Arbitrum's {field}: {block}");
    }
    let transactions = block["transactions"].as_array().unwrap();
    let count = chain
        .result("eth_getBlockTransactionCountByNumber", json!([number_]))
        .await;
    assert_eq!(number(&count), transactions.len() as u64);
    assert_eq!(
        chain
            .result("eth_getBlockTransactionCountByHash", json!([block["hash"]]))
            .await,
        count
    );
    for (index, transaction) in transactions.iter().enumerate() {
        let index = format!("0x{index:x}");
        let by_number = chain
            .result("eth_getTransactionByBlockNumberAndIndex", json!([number_, index]))
            .await;
        let by_hash = chain
            .result("eth_getTransactionByBlockHashAndIndex", json!([block["hash"], index]))
            .await;
        assert_eq!((&by_number, &by_hash), (transaction, transaction));
        assert_eq!(
            &chain
                .result("eth_getTransactionByHash", json!([transaction["hash"]]))
                .await,
            transaction
        );
    }
    let user = transactions.last().unwrap();
    assert_eq!(
        (&user["type"], &user["hash"]),
        (&json!("0x2"), &json!(receipt.transaction_hash))
    );
    assert_eq!(transactions.len(), 2, "ArbOS' own comes first");

    let receipts = chain.result("eth_getBlockReceipts", json!([number_])).await;
    let single = chain
        .result("eth_getTransactionReceipt", json!([receipt.transaction_hash]))
        .await;
    assert_eq!(receipts.as_array().unwrap().last(), Some(&single));
    assert_eq!(
        (&single["gasUsedForL1"], &single["timeboosted"]),
        (&json!("0x0"), &json!(false))
    );
    assert!(single["l1BlockNumber"].is_string());

    let raw = chain
        .result("eth_getRawTransactionByHash", json!([receipt.transaction_hash]))
        .await;
    let raw: Bytes = serde_json::from_value(raw).unwrap();
    assert_eq!(alloy::primitives::keccak256(&raw), receipt.transaction_hash);
}

#[tokio::test]
async fn what_does_not_exist_is_null() {
    let chain = Chain::start().await;
    let hash = "0x00000000000000000000000000000000000000000000000000000000000000ff";
    let cases = [
        ("eth_getBlockByNumber", json!(["0xffffff", false])),
        ("eth_getBlockByHash", json!([hash, false])),
        ("eth_getBlockReceipts", json!(["0xffffff"])),
        ("eth_getBlockTransactionCountByNumber", json!(["0xffffff"])),
        ("eth_getTransactionByHash", json!([hash])),
        ("eth_getTransactionReceipt", json!([hash])),
        ("eth_getTransactionByBlockNumberAndIndex", json!(["latest", "0xff"])),
        ("eth_getUncleByBlockNumberAndIndex", json!(["latest", "0x0"])),
    ];
    for (method, params) in cases {
        assert_eq!(chain.result(method, params).await, Value::Null, "{method}");
    }
    let error = chain.error("eth_getBalance", json!([STRANGER, "0xffffff"])).await;
    assert_eq!(error["code"], -32000, "{error}");
}

#[tokio::test]
async fn access_lists_name_what_is_touched() {
    let chain = Chain::start().await;
    let counter = chain.deploy_counter().await;
    let list = chain
        .result(
            "eth_createAccessList",
            json!([{ "from": chain.account(0), "to": counter }]),
        )
        .await;
    let slot = "0x0000000000000000000000000000000000000000000000000000000000000000";
    assert_eq!(
        list["accessList"],
        json!([{ "address": counter, "storageKeys": [slot] }])
    );
    assert!(number(&list["gasUsed"]) > 21_000);
}

#[tokio::test]
async fn fees_have_a_history() {
    let chain = Chain::start().await;
    for _ in 0..3 {
        chain.send(TransactionRequest::default().to(STRANGER)).await;
    }
    let history = chain
        .provider(0)
        .get_fee_history(2, Default::default(), &[20.0, 50.0])
        .await
        .unwrap();
    assert_eq!(history.oldest_block, 2);
    assert_eq!(history.base_fee_per_gas, [100_000_000; 3]);
    assert_eq!(history.gas_used_ratio.len(), 2);
    assert_eq!(history.reward, Some(vec![vec![0, 0]; 2]));
}
