//! `surety deploy`: the contracts onto a chain, activated.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::{SolCall, SolEvent, SolValue},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use surety_contracts::{
    arbitrum::{ARB_WASM, ArbWasm, STYLUS_DEPLOYER, StylusDeployer},
    codec::CONSTRUCTOR,
};
use surety_wasm::{Artifact, ESCROW, PREDICATE, REFEREE};

use crate::{
    args::GlobalArgs,
    chain::{Chain, Request, Sent},
    context::Report,
    revert, units,
};

/// Wei sent along where the activation's fee cannot be asked for first: many times what any program costs at usual prices.
const ACTIVATION: u128 = 10u128.pow(16);

/// A contract on a chain.
#[derive(Clone, Debug)]
pub struct Deployed {
    pub artifact: &'static Artifact,
    pub address: Address,
    pub code_hash: B256,
    pub create: Sent,
    /// Absent if the same code was activated on this chain before, or along with its creation.
    pub activate: Option<Sent>,
    /// Gas of each entry when the program is not cached, and when it is.
    pub init_gas: u64,
    pub cached_init_gas: u64,
}

impl Deployed {
    fn json(&self) -> Value {
        json!({
            "name": self.artifact.name,
            "address": self.address,
            "codeHash": self.code_hash,
            "wasmBytes": self.artifact.wasm.len(),
            "codeBytes": self.artifact.code.len(),
            "initGas": self.init_gas,
            "cachedInitGas": self.cached_init_gas,
            "create": self.create.json(),
            "activate": self.activate.as_ref().map(Sent::json),
        })
    }

    fn text(&self) -> String {
        format!(
            "{:<10} {}\n           code {} bytes ({} as WASM), hash {}\n           created for {} gas, {}\n",
            self.artifact.name,
            self.address,
            units::grouped(self.artifact.code.len() as u64),
            units::grouped(self.artifact.wasm.len() as u64),
            self.code_hash,
            units::grouped(self.create.gas),
            match &self.activate {
                Some(sent) => format!("activated for {}", units::grouped(sent.gas)),
                None => "active with that".to_owned(),
            }
        )
    }
}

/// `surety deploy`
pub async fn run(global: &GlobalArgs) -> Result<Report> {
    let signer = global.keys.signer()?;
    let chain = Chain::connect(&global.rpc_url).await?.signing(signer);
    let predicate = deploy_artifact(&chain, &PREDICATE, None).await?;
    let escrow = deploy_artifact(&chain, &ESCROW, None).await?;
    let constructor = escrow.address.abi_encode();
    let referee = deploy_artifact(&chain, &REFEREE, Some(constructor)).await?;
    let text = format!(
        "{}{}{}\nexport SURETY_ESCROW={} SURETY_VERIFIER={} SURETY_PREDICATE={}",
        escrow.text(),
        referee.text(),
        predicate.text(),
        escrow.address,
        referee.address,
        predicate.address
    );
    Ok(Report::new(
        text,
        json!({ "chainId": chain.id(), "contracts": [escrow.json(), referee.json(), predicate.json()] }),
    ))
}

/// Creates a contract and activates its program, and checks that the chain holds the code that it should. A contract with
/// a `constructor` is deployed by the deployer contract, which also calls that: nobody can come in between.
pub async fn deploy_artifact(
    chain: &Chain,
    artifact: &'static Artifact,
    constructor: Option<Vec<u8>>,
) -> Result<Deployed> {
    let (create, address, activate) = match constructor {
        None => {
            let create = chain.submit(&Request::create(artifact.init_code())).await?;
            let address = create
                .contract
                .context("the node's receipt names no contract address")?;
            let activate = activate(chain, address).await?;
            (create, address, activate)
        }
        Some(arguments) => {
            let (create, address) = construct(chain, artifact, &arguments).await?;
            (create, address, None)
        }
    };
    let code = chain.code(address).await?;
    ensure!(
        code.as_ref() == artifact.code,
        "the chain holds other code at {address} than was sent"
    );
    let entry = chain
        .call(ARB_WASM, ArbWasm::programInitGasCall { program: address })
        .await?;
    Ok(Deployed {
        artifact,
        address,
        code_hash: keccak256(&code),
        create,
        activate,
        init_gas: entry.gas,
        cached_init_gas: entry.gasWhenCached,
    })
}

/// Creates, activates and constructs a contract in one transaction.
async fn construct(chain: &Chain, artifact: &Artifact, arguments: &[u8]) -> Result<(Sent, Address)> {
    chain.code(STYLUS_DEPLOYER).await?;
    let call = StylusDeployer::deployCall {
        initCode: artifact.init_code().into(),
        initData: [&CONSTRUCTOR[..], arguments].concat().into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    // What is more than the activation costs comes back.
    let request = Request::call(STYLUS_DEPLOYER, &call).paying(U256::from(ACTIVATION));
    let create = chain.submit(&request).await?;
    let address = create
        .logs
        .iter()
        .find_map(|log| StylusDeployer::ContractDeployed::decode_log(log).ok())
        .context("the deployer contract logged no address")?
        .deployedContract;
    Ok((create, address))
}

/// Activates a program, unless the same code is active already.
pub async fn activate(chain: &Chain, program: Address) -> Result<Option<Sent>> {
    let request = Request::call(ARB_WASM, &ArbWasm::activateProgramCall { program });
    // What it costs is known by trying: without value it fails and says what it wants.
    let fee = match chain.simulate(&request).await {
        Ok(output) => ArbWasm::activateProgramCall::abi_decode_returns(&output)?.dataFee,
        Err(error) => match error.revert_data() {
            Some(data) if revert::name(data) == Some("ProgramUpToDate") => return Ok(None),
            Some(data) => match revert::wanted_fee(data) {
                Some(fee) => fee,
                None => return Err(error.into()),
            },
            None => return Err(error.into()),
        },
    };
    // The fee moves with the demand for activations; what is too much comes back.
    let value = fee * U256::from(120) / U256::from(100);
    Ok(Some(chain.submit(&request.paying(value)).await?))
}
