//! Blocks of calls one after the other, thrown away in the end: `eth_simulateV1`.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope},
    eips::BlockId,
    network::AnyRpcBlock,
    rpc::types::{
        TransactionRequest,
        simulate::{MAX_SIMULATE_BLOCKS, SimBlock, SimCallResult, SimulateError, SimulatePayload, SimulatedBlock},
    },
};
use alloy_primitives::{Address, B256, TxKind, U256};
use revm::{
    context::{BlockEnv, result::InvalidTransaction},
    context_interface::result::ExecutionResult,
};
use revm_inspectors::transfer::TransferInspector;

use super::{
    Node, NodeError,
    block::{Block, Draft, Mined, Terms},
    chain::Chain,
    convert, revert, simulate,
    transaction::Transaction,
};
use crate::{
    evm::{self, Arb, Execution, Mode, block_cache::BlockCache},
    state::StateView,
    trie::StateTrie,
};

/// Codes that the specification of `eth_simulateV1` gives to requests which cannot be carried out.
mod code {
    pub const NONCE_TOO_LOW: i32 = -38010;
    pub const NONCE_TOO_HIGH: i32 = -38011;
    pub const BASE_FEE_TOO_LOW: i32 = -38012;
    pub const INTRINSIC_GAS: i32 = -38013;
    pub const INSUFFICIENT_FUNDS: i32 = -38014;
    pub const BLOCK_GAS: i32 = -38015;
    pub const BLOCK_NUMBER: i32 = -38020;
    pub const BLOCK_TIME: i32 = -38021;
    pub const TOO_MANY_BLOCKS: i32 = -38026;
}

fn refused(code: i32, message: impl Into<String>) -> NodeError {
    NodeError::Simulation {
        code,
        message: message.into(),
    }
}

impl Node {
    /// Runs blocks of calls on the state after `base`, each on what the one before it left. Without `validation` calls need
    /// neither balance for gas nor the right nonce, as with [`Node::call`]. All calls together may use the gas of one such
    /// call. The blocks have no transaction of ArbOS.
    pub fn simulate(
        &self,
        payload: SimulatePayload,
        base: BlockId,
    ) -> Result<Vec<SimulatedBlock<AnyRpcBlock>>, NodeError> {
        let chain = self.read();
        let number = chain.number(base).ok_or(NodeError::UnknownBlock)?.min(chain.height());
        let base = chain.mined(number)?;
        let (trie, view) = chain.trie(number)?;
        let mut sequence = Sequence {
            chain: &chain,
            base: number,
            view,
            trie,
            parent: Parent::of(base),
            gas: chain.config.call_gas_cap,
            validation: payload.validation,
            transfers: payload.trace_transfers,
        };
        let mut simulated = Vec::new();
        for asked in payload.block_state_calls {
            for filler in sequence.fill(&asked)? {
                let block = sequence.block(filler)?;
                simulated.push(block.shown(payload.return_full_transactions));
            }
            let block = sequence.block(asked)?;
            simulated.push(block.shown(payload.return_full_transactions));
        }
        Ok(simulated)
    }
}

/// What a block needs of the one before it.
struct Parent {
    hash: B256,
    number: u64,
    timestamp: u64,
}

impl Parent {
    const fn of(block: &Block) -> Self {
        Self {
            hash: block.hash,
            number: block.header.number,
            timestamp: block.header.timestamp,
        }
    }
}

/// A block with the results of its calls.
struct Simulated {
    block: Block,
    calls: Vec<SimCallResult>,
}

impl Simulated {
    fn shown(self, full: bool) -> SimulatedBlock<AnyRpcBlock> {
        SimulatedBlock {
            inner: convert::block(&self.block, full),
            calls: self.calls,
        }
    }
}

struct Sequence<'a> {
    chain: &'a Chain,
    /// The block that all builds on.
    base: u64,
    view: StateView<'a>,
    trie: StateTrie,
    parent: Parent,
    /// Gas that all calls to come may use.
    gas: u64,
    validation: bool,
    /// Whether transfers of ether show as logs.
    transfers: bool,
}

impl Sequence<'_> {
    /// Empty blocks for the numbers that are left out before the next block.
    fn fill(&self, next: &SimBlock) -> Result<Vec<SimBlock>, NodeError> {
        let due = self.parent.number + 1;
        let number = match next.block_number_override() {
            Some(number) => u64::try_from(number).unwrap_or(u64::MAX),
            None => due,
        };
        if number < due {
            return Err(refused(
                code::BLOCK_NUMBER,
                format!("block numbers must be in order: {number} <= {}", self.parent.number),
            ));
        }
        if number - self.base > MAX_SIMULATE_BLOCKS {
            return Err(refused(
                code::TOO_MANY_BLOCKS,
                format!("too many blocks: expected at most {MAX_SIMULATE_BLOCKS}"),
            ));
        }
        Ok((due..number).map(|_| SimBlock::default()).collect())
    }

    fn block(&mut self, asked: SimBlock) -> Result<Simulated, NodeError> {
        let (mut env, terms) = self.env(&asked)?;
        let mut changed: Vec<(Address, Option<U256>)> = Vec::new();
        if let Some(overrides) = &asked.state_overrides {
            simulate::assume_state(&mut self.view, overrides)?;
            for (address, account) in overrides {
                changed.push((*address, None));
                let slots = account.state.iter().chain(&account.state_diff).flatten();
                changed.extend(slots.map(|(slot, _)| (*address, Some((*slot).into()))));
            }
        }
        env.basefee = terms.base_fee;
        let mut cache = BlockCache::default();
        let mut mined: Vec<Mined> = Vec::new();
        let mut calls = Vec::new();
        for request in asked.calls {
            let tx = self.transaction(request, &terms)?;
            let mut execution = self.execute(&tx, &env, cache)?;
            self.gas = self.gas.saturating_sub(execution.result.gas().total_gas_spent());
            self.view.overlay_mut().commit(&execution.state);
            for (address, account) in std::mem::take(&mut execution.state) {
                changed.push((address, None));
                changed.extend(account.storage.keys().map(|slot| (address, Some(*slot))));
            }
            cache = std::mem::take(&mut execution.block_cache);
            calls.push(result(&execution));
            mined.push(Mined::new(tx, execution, mined.last()));
        }
        self.trie.update(changed, &self.view);
        let draft = Draft {
            parent_hash: self.parent.hash,
            state_root: self.trie.root(),
            number: self.parent.number + 1,
            timestamp: env.timestamp.saturating_to(),
            terms,
            l1_number: self.chain.config.l1_block_number,
            arbos_version: self.chain.config.arbos_version,
            before: self.chain.state.mark(),
            start: None,
            transactions: mined,
        };
        let block = draft.seal();
        self.parent = Parent::of(&block);
        for (index, call) in calls.iter_mut().enumerate() {
            call.logs = convert::logs(&block, index).collect();
        }
        Ok(Simulated { block, calls })
    }

    /// The block that calls see. Its height is not the number that contracts see, which is L1's.
    fn env(&self, asked: &SimBlock) -> Result<(BlockEnv, Terms), NodeError> {
        let mut terms = self.chain.terms;
        if !self.validation {
            terms.base_fee = 0;
        }
        let overrides = asked.block_overrides.clone().unwrap_or_default();
        let timestamp = overrides.time.unwrap_or(self.parent.timestamp.saturating_add(1));
        if timestamp < self.parent.timestamp {
            return Err(refused(
                code::BLOCK_TIME,
                format!("block times must be in order: {timestamp} < {}", self.parent.timestamp),
            ));
        }
        let mut env = terms.env(self.chain.config.l1_block_number, timestamp);
        simulate::assume_block(&mut env, &overrides);
        env.number = U256::from(self.chain.config.l1_block_number);
        terms.base_fee = env.basefee;
        terms.coinbase = env.beneficiary;
        terms.gas_limit = env.gas_limit;
        Ok((env, terms))
    }

    /// The transaction that a call stands for: what it leaves out is filled in, and nobody signs it.
    fn transaction(&self, mut request: TransactionRequest, terms: &Terms) -> Result<Transaction, NodeError> {
        request.normalize_input();
        let sender = request.from.unwrap_or_default();
        let gas = request.gas.unwrap_or(self.gas);
        if gas > self.gas {
            return Err(refused(
                code::BLOCK_GAS,
                format!("gas limit reached: {gas} asked for, {} left", self.gas),
            ));
        }
        let nonce = || self.view.account(sender).unwrap_or_default().nonce;
        request.gas = Some(gas);
        request.nonce.get_or_insert_with(nonce);
        request.to.get_or_insert(TxKind::Create);
        request.chain_id.get_or_insert(self.chain.config.chain_id);
        if request.gas_price.is_none() {
            request.max_priority_fee_per_gas.get_or_insert(0);
            request.max_fee_per_gas.get_or_insert(terms.base_fee.into());
        }
        let unsigned = request.build_typed_tx().map_err(|request| {
            NodeError::InvalidRequest(format!("incomplete transaction: {:?}", request.missing_keys()))
        })?;
        let tx = Transaction {
            envelope: TxEnvelope::from(unsigned.into_signed(Transaction::impersonated_signature(sender))),
            sender,
        };
        tx.check(self.chain.config.chain_id)?;
        Ok(tx)
    }

    fn execute(&self, tx: &Transaction, env: &BlockEnv, cache: BlockCache) -> Result<Execution, NodeError> {
        let facts = self.chain.facts(self.parent.number + 1);
        let arb = Arb::new(&self.chain.engine, facts, cache).offering(tx.offered_price(env.basefee));
        let mode = if self.validation {
            Mode::Transaction
        } else {
            Mode::Simulation
        };
        let (view, env) = (self.view.clone(), env.clone());
        let base_fee = env.basefee;
        let executed = if self.transfers {
            let transfers = TransferInspector::new(false).with_logs(true);
            evm::inspect(view, env, tx.env(), arb, mode, transfers)
        } else {
            evm::execute(view, env, tx.env(), arb, mode)
        };
        executed.map_err(|error| {
            let code = match error {
                InvalidTransaction::NonceTooLow { .. } => code::NONCE_TOO_LOW,
                InvalidTransaction::NonceTooHigh { .. } => code::NONCE_TOO_HIGH,
                InvalidTransaction::GasPriceLessThanBasefee => code::BASE_FEE_TOO_LOW,
                InvalidTransaction::CallGasCostMoreThanGasLimit { .. } => code::INTRINSIC_GAS,
                InvalidTransaction::LackOfFundForMaxFee { .. } => code::INSUFFICIENT_FUNDS,
                InvalidTransaction::CallerGasLimitMoreThanBlock => code::BLOCK_GAS,
                _ => return tx.refusal(&error, base_fee),
            };
            refused(code, tx.refusal(&error, base_fee).to_string())
        })
    }
}

/// The result of a call, but for its logs, which need the block.
fn result(execution: &Execution) -> SimCallResult {
    let error = match &execution.result {
        ExecutionResult::Success { .. } => None,
        ExecutionResult::Revert { output, .. } => Some(SimulateError {
            code: SimulateError::EXECUTION_REVERTED_CODE,
            message: revert::message(output, execution.failure.as_deref()),
            data: Some(output.clone()),
        }),
        ExecutionResult::Halt { reason, .. } => Some(SimulateError {
            code: SimulateError::VM_EXECUTION_ERROR_CODE,
            message: format!(
                "vm execution error: {}",
                execution.failure.clone().unwrap_or_else(|| revert::halt(reason))
            ),
            data: None,
        }),
    };
    SimCallResult {
        return_data: execution.result.output().cloned().unwrap_or_default(),
        logs: Vec::new(),
        gas_used: execution.gas_used(),
        max_used_gas: Some(execution.result.gas().total_gas_spent()),
        status: error.is_none(),
        error,
    }
}
