//! Single steps of a deployment: create, construct, activate, look what is there.

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::{SolCall, SolEvent},
};
use anyhow::{Context as _, Result, ensure};
use surety_contracts::{
    arbitrum::{ARB_WASM, ArbWasm, STYLUS_DEPLOYER, StylusDeployer},
    codec::CONSTRUCTOR,
};
use surety_wasm::Artifact;

use crate::{
    chain::{Chain, ChainError, Request, Sent},
    revert,
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

/// Creates a contract and activates its program, and checks that the chain holds the code that it should.
pub async fn deploy_artifact(
    chain: &Chain,
    artifact: &'static Artifact,
    constructor: Option<Vec<u8>>,
) -> Result<Deployed> {
    let create = chain
        .submit(&creation(chain, artifact, constructor.as_deref()).await?)
        .await?;
    let address = created(&create)?;
    let activate = activate(chain, address).await?;
    let code_hash = check_code(chain, artifact, address).await?;
    let (init_gas, cached_init_gas) = entry_gas(chain, address).await?;
    Ok(Deployed {
        artifact,
        address,
        code_hash,
        create,
        activate,
        init_gas,
        cached_init_gas,
    })
}

/// The transaction that creates a contract. One with a constructor is deployed by the deployer contract, which also
/// activates it and calls that: nobody can come in between.
pub async fn creation(chain: &Chain, artifact: &Artifact, constructor: Option<&[u8]>) -> Result<Request> {
    let Some(arguments) = constructor else {
        return Ok(Request::create(artifact.init_code()));
    };
    chain.code(STYLUS_DEPLOYER).await?;
    let call = StylusDeployer::deployCall {
        initCode: artifact.init_code().into(),
        initData: [&CONSTRUCTOR[..], arguments].concat().into(),
        initValue: U256::ZERO,
        salt: B256::ZERO,
    };
    // What is more than the activation costs comes back.
    Ok(Request::call(STYLUS_DEPLOYER, &call).paying(U256::from(ACTIVATION)))
}

/// The address of what a mined transaction created, by itself or through the deployer contract.
pub fn created(sent: &Sent) -> Result<Address> {
    let logged = || {
        let deployed = |log| StylusDeployer::ContractDeployed::decode_log(log).ok();
        sent.logs.iter().find_map(deployed).map(|log| log.deployedContract)
    };
    sent.contract
        .or_else(logged)
        .context("neither the node's receipt nor the deployer contract names an address")
}

/// Checks that the chain holds an artifact's code at an address, and returns the hash of it.
async fn check_code(chain: &Chain, artifact: &Artifact, address: Address) -> Result<B256> {
    ensure!(
        holds_code(chain, artifact, address).await?,
        "the chain holds other code at {address} than was sent"
    );
    Ok(keccak256(artifact.code))
}

/// Whether an artifact's code lies at an address.
pub async fn holds_code(chain: &Chain, artifact: &Artifact, address: Address) -> Result<bool, ChainError> {
    Ok(chain.code(address).await?.as_ref() == artifact.code)
}

/// Gas of entering a program when it is not cached, and when it is.
pub async fn entry_gas(chain: &Chain, program: Address) -> Result<(u64, u64), ChainError> {
    let entry = chain.call(ARB_WASM, ArbWasm::programInitGasCall { program }).await?;
    Ok((entry.gas, entry.gasWhenCached))
}

/// Activates a program, unless the same code is active already. One that expired is activated again.
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
