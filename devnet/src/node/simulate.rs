//! Calls and estimates: executions whose changes are thrown away.

use std::collections::BTreeMap;

use alloy::{
    eips::BlockId,
    rpc::types::{BlockOverrides, TransactionRequest, state::StateOverride},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    bytecode::Bytecode,
    context::{BlockEnv, TxEnv, either::Either, result::InvalidTransaction},
    context_interface::result::{ExecutionResult, HaltReason, OutOfGasError},
};

use super::{NodeError, chain::Chain, revert};
use crate::{
    evm::{self, Arb, Execution, Mode, TX_GAS_LIMIT, arbos, block_cache::BlockCache},
    precompiles::{
        self,
        node_interface::{self, Question},
    },
    state::{Info, StateView},
};

/// Gas of a plain transfer.
const TRANSFER_GAS: u64 = 21_000;
/// A call with value hands its callee this much more than it paid for.
const STIPEND: u64 = 2_300;
/// An estimate is at most this part of itself above the least gas that succeeds.
const TOLERANCE: u64 = 64;

/// What a call assumes besides the chain.
#[derive(Clone, Debug, Default)]
pub struct Assumptions {
    pub state: Option<StateOverride>,
    pub block: Option<BlockOverrides>,
}

/// What a call touched.
pub struct Touched {
    /// Accounts with the slots, but not those that are warm anyway.
    pub slots: BTreeMap<Address, Vec<B256>>,
    pub gas_used: u64,
    /// Why the call failed, if it did.
    pub error: Option<String>,
}

/// A call ready to run.
pub struct Simulation<'a> {
    chain: &'a Chain,
    number: u64,
    block: BlockEnv,
    tx: TxEnv,
    gas_cap: u64,
    /// The state that the call finds.
    view: StateView<'a>,
}

impl<'a> Simulation<'a> {
    pub fn new(
        chain: &'a Chain,
        request: &TransactionRequest,
        id: BlockId,
        assumptions: Assumptions,
    ) -> Result<Self, NodeError> {
        let number = chain.number(id).ok_or(NodeError::UnknownBlock)?;
        let config = &chain.config;
        let mut view = chain.view(number)?;
        let mut block = if number > chain.height() {
            let timestamp = chain.clock.peek(chain.head().header.timestamp);
            chain.terms.env(config.l1_block_number, timestamp)
        } else {
            chain.mined(number)?.env()
        };
        if let Some(overrides) = &assumptions.state {
            assume_state(&mut view, overrides)?;
        }
        if let Some(overrides) = &assumptions.block {
            assume_block(&mut block, overrides);
        }
        let gas_cap = config.call_gas_cap;
        let tx = tx_env(chain, request, gas_cap)?;
        Ok(Self {
            chain,
            number,
            block,
            tx,
            gas_cap,
            view,
        })
    }

    /// The block that the call is in.
    pub const fn number(&self) -> u64 {
        self.number
    }

    pub const fn block(&self) -> &BlockEnv {
        &self.block
    }

    pub const fn tx(&self) -> &TxEnv {
        &self.tx
    }

    /// The state that the call finds.
    pub const fn view(&self) -> &StateView<'a> {
        &self.view
    }

    fn run(&self, gas: u64) -> Result<Execution, NodeError> {
        let facts = self.chain.facts(self.number);
        let arb = Arb::new(&self.chain.engine, facts, BlockCache::default());
        let tx = TxEnv {
            gas_limit: gas,
            ..self.tx.clone()
        };
        evm::execute(self.view.clone(), self.block.clone(), tx, arb, Mode::Simulation).map_err(|error| match error {
            InvalidTransaction::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
                NodeError::InvalidTransaction(format!("intrinsic gas too low: have {gas_limit}, want {initial_gas}"))
            }
            other => NodeError::InvalidTransaction(other.to_string()),
        })
    }

    /// The output of the call.
    pub fn output(&self) -> Result<Bytes, NodeError> {
        if let Some(question) = self.question() {
            return self.answer(&question);
        }
        outcome(self.run(self.tx.gas_limit)?).map(|(output, _)| output)
    }

    /// A gas limit with which the transaction succeeds, close to the least.
    pub fn estimate(&self) -> Result<u64, NodeError> {
        let most = self.most()?;
        if self.is_transfer() && most >= TRANSFER_GAS {
            return Ok(TRANSFER_GAS);
        }
        let execution = self.run(most)?;
        if !execution.result.is_success() && ran_out(&execution) {
            return Err(NodeError::Execution(format!("gas required exceeds allowance ({most})")));
        }
        let gas = *execution.result.gas();
        outcome(execution)?;

        let mut fails = gas.tx_gas_used().saturating_sub(1);
        let mut succeeds = most;
        // What is refunded must be there first, and each call keeps back one part in 64.
        let likely = (gas.total_gas_spent() + STIPEND).saturating_mul(64) / 63;
        let mut next = likely;
        while fails + 1 < succeeds && succeeds - fails > succeeds / TOLERANCE {
            if next <= fails || next >= succeeds {
                next = fails + (succeeds - fails) / 2;
            }
            match self.run(next) {
                Ok(execution) if execution.result.is_success() => succeeds = next,
                Ok(_) | Err(NodeError::InvalidTransaction(_)) => fails = next,
                Err(error) => return Err(error),
            }
            next = fails + (succeeds - fails) / 2;
        }
        Ok(succeeds)
    }

    /// What the call touches, whether or not it succeeds.
    pub fn touched(&self) -> Result<Touched, NodeError> {
        let mut execution = self.run(self.tx.gas_limit)?;
        let mut slots = BTreeMap::new();
        for (address, account) in std::mem::take(&mut execution.state) {
            let mut keys: Vec<B256> = account.storage.keys().map(|slot| B256::from(*slot)).collect();
            keys.sort_unstable();
            let warm = address == self.tx.caller
                || address == self.block.beneficiary
                || self.tx.kind == TxKind::Call(address)
                || self.tx.kind.is_create() && account.is_created();
            let of_the_chain = precompiles::is_precompile(&address) || address == arbos::ACCOUNT;
            if !of_the_chain && (!warm || !keys.is_empty()) {
                slots.insert(address, keys);
            }
        }
        let gas_used = execution.gas_used();
        Ok(Touched {
            slots,
            gas_used,
            error: outcome(execution).err().map(|error| error.to_string()),
        })
    }

    /// The most gas that the transaction could have.
    fn most(&self) -> Result<u64, NodeError> {
        let mut most = self.tx.gas_limit;
        if self.chain.config.arbos_version >= 50 {
            most = most.min(TX_GAS_LIMIT);
        }
        if self.tx.gas_price > 0 && self.tx.gas_priority_fee.is_some() {
            let balance = self.view.account(self.tx.caller).unwrap_or_default().balance;
            let Some(available) = balance.checked_sub(self.tx.value) else {
                return Err(NodeError::Execution("insufficient funds for transfer".into()));
            };
            let affordable = available / U256::from(self.tx.gas_price);
            most = most.min(affordable.saturating_to());
        }
        Ok(most)
    }

    fn is_transfer(&self) -> bool {
        let TxKind::Call(to) = self.tx.kind else {
            return false;
        };
        if !self.tx.data.is_empty() || !self.tx.access_list.is_empty() || !self.tx.authorization_list.is_empty() {
            return false;
        }
        let has_code = self
            .view
            .account(to)
            .is_some_and(|info| info.code_hash != Info::default().code_hash);
        let balance = self.view.account(self.tx.caller).unwrap_or_default().balance;
        !has_code && balance >= self.tx.value && !to.is_zero() && !precompiles::is_precompile(&to)
    }

    fn question(&self) -> Option<Question> {
        (self.tx.kind == TxKind::Call(node_interface::ADDRESS))
            .then(|| node_interface::question(&self.tx.data))
            .flatten()
    }

    fn answer(&self, question: &Question) -> Result<Bytes, NodeError> {
        let base_fee = self.chain.terms.base_fee;
        Ok(Bytes::from(match question {
            Question::Estimate { l1_only: true, .. } => node_interface::l1_component(base_fee),
            Question::Estimate { to, data, .. } => {
                let tx = TxEnv {
                    kind: to.map_or(TxKind::Create, TxKind::Call),
                    data: data.clone(),
                    gas_limit: self.gas_cap,
                    ..self.tx.clone()
                };
                let inner = Self {
                    tx,
                    view: self.view.clone(),
                    block: self.block.clone(),
                    ..*self
                };
                node_interface::components(inner.estimate()?, base_fee)
            }
            Question::GenesisBlock => node_interface::genesis_block(),
            Question::L1Number { block } => {
                let block = self.chain.mined(*block)?;
                node_interface::l1_number(block.l1_number)
            }
            Question::Confirmations { block_hash } => {
                self.chain.number((*block_hash).into()).ok_or(NodeError::UnknownBlock)?;
                node_interface::no_confirmations()
            }
            Question::Batch { block } => {
                return Err(NodeError::Execution(format!(
                    "block {block} is in no batch: this chain posts none to an L1"
                )));
            }
            Question::Range { l1_number } if *l1_number == self.chain.config.l1_block_number => {
                node_interface::range(0, self.chain.height())
            }
            Question::Range { .. } => return Err(NodeError::UnknownBlock),
        }))
    }
}

/// Output and gas of an execution that succeeded, else why not.
fn outcome(execution: Execution) -> Result<(Bytes, u64), NodeError> {
    let gas = execution.gas_used();
    match execution.result {
        ExecutionResult::Success { output, .. } => Ok((output.into_data(), gas)),
        ExecutionResult::Revert { output, .. } => Err(NodeError::Revert {
            message: revert::message(&output, execution.failure.as_deref()),
            data: output,
        }),
        ExecutionResult::Halt { reason, .. } => Err(NodeError::Execution(
            execution.failure.unwrap_or_else(|| revert::halt(&reason)),
        )),
    }
}

fn ran_out(execution: &Execution) -> bool {
    matches!(
        execution.result,
        ExecutionResult::Halt {
            reason: HaltReason::OutOfGas(
                OutOfGasError::Basic
                    | OutOfGasError::Memory
                    | OutOfGasError::InvalidOperand
                    | OutOfGasError::Precompile
                    | OutOfGasError::ReentrancySentry
            ),
            ..
        }
    )
}

fn tx_env(chain: &Chain, request: &TransactionRequest, gas_cap: u64) -> Result<TxEnv, NodeError> {
    let caller = request.from.unwrap_or_default();
    let data = request
        .input
        .unique_input()
        .map_err(|error| NodeError::InvalidRequest(error.to_string()))?
        .cloned()
        .unwrap_or_default();
    let fee = request.max_fee_per_gas.or(request.gas_price);
    let authorizations = request.authorization_list.as_deref().unwrap_or_default();
    Ok(TxEnv {
        tx_type: if authorizations.is_empty() { 2 } else { 4 },
        caller,
        gas_limit: request.gas.unwrap_or(gas_cap).min(gas_cap),
        gas_price: fee.unwrap_or(u128::from(chain.terms.base_fee)),
        // Present exactly if the caller named a price, which then limits the gas to what it can pay.
        gas_priority_fee: fee.map(|_| 0),
        kind: request.to.unwrap_or(TxKind::Create),
        value: request.value.unwrap_or_default(),
        data,
        nonce: request.nonce.unwrap_or_default(),
        chain_id: Some(chain.config.chain_id),
        access_list: request.access_list.clone().unwrap_or_default(),
        authorization_list: authorizations
            .iter()
            .map(|signed| Either::Left(signed.clone()))
            .collect(),
        ..TxEnv::default()
    })
}

pub fn assume_block(block: &mut BlockEnv, overrides: &BlockOverrides) {
    if let Some(number) = overrides.number {
        block.number = number;
    }
    if let Some(time) = overrides.time {
        block.timestamp = U256::from(time);
    }
    if let Some(gas_limit) = overrides.gas_limit {
        block.gas_limit = gas_limit;
    }
    if let Some(coinbase) = overrides.coinbase {
        block.beneficiary = coinbase;
    }
    if let Some(difficulty) = overrides.difficulty {
        block.difficulty = difficulty;
    }
    if let Some(random) = overrides.random {
        block.prevrandao = Some(random);
    }
    if let Some(base_fee) = overrides.base_fee {
        block.basefee = base_fee.saturating_to();
    }
}

pub fn assume_state(view: &mut StateView<'_>, overrides: &StateOverride) -> Result<(), NodeError> {
    for (address, account) in overrides {
        if account.move_precompile_to.is_some() {
            return Err(NodeError::InvalidRequest(
                "movePrecompileToAddress is not supported".into(),
            ));
        }
        let mut info = view.account(*address).unwrap_or_default();
        info.balance = account.balance.unwrap_or(info.balance);
        info.nonce = account.nonce.unwrap_or(info.nonce);
        if let Some(code) = &account.code {
            let code = Bytecode::new_raw_checked(code.clone())
                .map_err(|error| NodeError::InvalidRequest(format!("code of {address}: {error}")))?;
            info.code_hash = if code.is_empty() {
                Info::default().code_hash
            } else {
                code.hash_slow()
            };
            view.overlay_mut().add_code(info.code_hash, code);
        }
        let overlay = view.overlay_mut();
        overlay.set_account(*address, Some(info));
        let slots = match (&account.state, &account.state_diff) {
            (Some(_), Some(_)) => {
                return Err(NodeError::InvalidRequest(format!(
                    "account {address} has both state and stateDiff"
                )));
            }
            (Some(state), None) => {
                overlay.clear_storage(*address);
                state
            }
            (None, Some(diff)) => diff,
            (None, None) => continue,
        };
        for (slot, value) in slots {
            overlay.set_slot(*address, (*slot).into(), (*value).into());
        }
    }
    Ok(())
}
