//! Transactions and calls.

use alloy::{
    consensus::{SignableTransaction, TxEnvelope, TypedTransaction},
    eips::{
        BlockId,
        eip2930::{AccessList, AccessListItem, AccessListResult},
    },
    network::{AnyRpcTransaction, TxSignerSync},
    rpc::types::{BlockOverrides, TransactionRequest, state::StateOverride},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};

use super::{
    Event, Node, NodeError,
    chain::Chain,
    convert,
    simulate::{Assumptions, Simulation},
    transaction::Transaction,
};
use crate::config::Mining;

/// How often an access list is tried before a contract that never touches the same twice is let go.
const ACCESS_LIST_ROUNDS: u32 = 16;

impl Node {
    /// Accepts a signed transaction in EIP-2718 or legacy encoding.
    pub fn send_raw_transaction(&self, raw: &[u8]) -> Result<B256, NodeError> {
        self.accept(Transaction::decode(raw)?)
    }

    /// Fills in what is missing, signs with the key of `from`, or takes `from` as given if it is impersonated.
    pub fn send_transaction(&self, request: TransactionRequest) -> Result<B256, NodeError> {
        self.accept(self.sign_transaction(request)?.0)
    }

    /// Fills in what is missing and signs, without sending. Returns the transaction's EIP-2718 bytes.
    pub fn sign(&self, request: TransactionRequest) -> Result<Bytes, NodeError> {
        use alloy::eips::eip2718::Encodable2718;
        let (tx, genuine) = self.sign_transaction(request)?;
        if !genuine {
            return Err(NodeError::UnknownAccount(tx.sender));
        }
        Ok(tx.envelope.encoded_2718().into())
    }

    /// Fills in nonce, gas, fees and chain id as [`Node::send_transaction`] would.
    pub fn fill_transaction(&self, mut request: TransactionRequest) -> Result<TransactionRequest, NodeError> {
        let from = request
            .from
            .ok_or_else(|| NodeError::InvalidRequest("from is missing".into()))?;
        request.normalize_input();
        if request.to.is_none() {
            request.to = Some(TxKind::Create);
        }
        let chain = self.read();
        request.chain_id.get_or_insert(chain.config.chain_id);
        request.nonce.get_or_insert_with(|| chain.next_nonce(from));
        if request.gas_price.is_none() {
            let base_fee = u128::from(chain.terms.base_fee);
            let tip = *request.max_priority_fee_per_gas.get_or_insert(0);
            request.max_fee_per_gas.get_or_insert(base_fee.saturating_add(tip));
        }
        if request.gas.is_none() {
            let gas = Simulation::new(&chain, &request, BlockId::pending(), Assumptions::default())?.estimate()?;
            request.gas = Some(gas);
        }
        Ok(request)
    }

    /// The output of a call on the state after `block`.
    pub fn call(
        &self,
        request: TransactionRequest,
        block: BlockId,
        state: Option<StateOverride>,
        env: Option<BlockOverrides>,
    ) -> Result<Bytes, NodeError> {
        Simulation::new(&self.read(), &request, block, Assumptions { state, block: env })?.output()
    }

    /// A gas limit with which the transaction succeeds as it stands.
    pub fn estimate_gas(
        &self,
        request: TransactionRequest,
        block: BlockId,
        state: Option<StateOverride>,
        env: Option<BlockOverrides>,
    ) -> Result<u64, NodeError> {
        Simulation::new(&self.read(), &request, block, Assumptions { state, block: env })?.estimate()
    }

    /// The addresses and slots that a call touches, and the gas it takes when they are listed.
    pub fn create_access_list(
        &self,
        mut request: TransactionRequest,
        block: BlockId,
        state: Option<StateOverride>,
    ) -> Result<AccessListResult, NodeError> {
        let chain = self.read();
        let assumptions = Assumptions { state, block: None };
        let mut rounds = ACCESS_LIST_ROUNDS;
        loop {
            let simulation = Simulation::new(&chain, &request, block, assumptions.clone())?;
            let touched = simulation.touched()?;
            let list = AccessList(
                touched
                    .slots
                    .into_iter()
                    .map(|(address, storage_keys)| AccessListItem { address, storage_keys })
                    .collect(),
            );
            rounds -= 1;
            // Cheaper accesses can open new ways through a contract, until the list stays the same.
            if rounds == 0 || request.access_list.as_ref() == Some(&list) {
                return Ok(AccessListResult {
                    access_list: list,
                    gas_used: U256::from(touched.gas_used),
                    error: touched.error,
                });
            }
            request.access_list = Some(list);
        }
    }

    /// Transactions that wait for a block (none while mining is automatic).
    pub fn pending_transactions(&self) -> Vec<AnyRpcTransaction> {
        self.read().pool.iter().map(convert::pending).collect()
    }

    /// Removes a waiting transaction.
    pub fn drop_transaction(&self, hash: B256) -> Option<B256> {
        let mut chain = self.write();
        let position = chain.pool.iter().position(|tx| tx.hash() == hash)?;
        chain.pool.remove(position);
        Some(hash)
    }

    /// Removes all waiting transactions, or those of one sender.
    pub fn drop_transactions(&self, sender: Option<Address>) {
        let goes = |tx: &Transaction| sender.is_none_or(|sender| tx.sender == sender);
        self.write().pool.retain(|tx| !goes(tx));
    }

    /// Takes a transaction in, and mines it at once if mining is automatic.
    fn accept(&self, tx: Transaction) -> Result<B256, NodeError> {
        let mut chain = self.write();
        let hash = chain.submit(tx)?;
        self.announce(|| Event::Transaction(hash));
        if chain.mining == Mining::Auto {
            if let Some(block) = chain.mine_one(hash)? {
                self.announce_block(block);
            }
            self.mine_ready(&mut chain);
        }
        Ok(hash)
    }

    /// Mines what waited for the nonce that came just now. Whoever sent it has gone, so a refusal is only logged.
    pub(super) fn mine_ready(&self, chain: &mut Chain) {
        while let Some(hash) = chain.ready() {
            match chain.mine_one(hash) {
                Ok(Some(block)) => self.announce_block(block),
                Ok(None) => break,
                Err(error) => tracing::warn!(%hash, %error, "dropped a waiting transaction"),
            }
        }
    }

    /// Returns the transaction, and whether its signature is genuine.
    fn sign_transaction(&self, request: TransactionRequest) -> Result<(Transaction, bool), NodeError> {
        let sender = request
            .from
            .ok_or_else(|| NodeError::InvalidRequest("from is missing".into()))?;
        let signer = self.signer(sender);
        let impersonated = {
            let chain = self.read();
            chain.impersonates_all || chain.impersonated.contains(&sender)
        };
        if signer.is_none() && !impersonated {
            return Err(NodeError::UnknownAccount(sender));
        }
        let filled = self.fill_transaction(request)?;
        let unsigned = filled.build_typed_tx().map_err(|request| {
            NodeError::InvalidRequest(format!("incomplete transaction: {:?}", request.missing_keys()))
        })?;
        let (signature, genuine) = match signer {
            Some(signer) => (sign_typed(&signer, unsigned.clone())?, true),
            None => (Transaction::impersonated_signature(sender), false),
        };
        Ok((
            Transaction {
                envelope: TxEnvelope::from(unsigned.into_signed(signature)),
                sender,
            },
            genuine,
        ))
    }
}

fn sign_typed(
    signer: &alloy::signers::local::PrivateKeySigner,
    mut tx: TypedTransaction,
) -> Result<alloy_primitives::Signature, NodeError> {
    let tx: &mut dyn SignableTransaction<_> = match &mut tx {
        TypedTransaction::Legacy(tx) => tx,
        TypedTransaction::Eip2930(tx) => tx,
        TypedTransaction::Eip1559(tx) => tx,
        TypedTransaction::Eip4844(tx) => tx,
        TypedTransaction::Eip7702(tx) => tx,
    };
    signer
        .sign_transaction_sync(tx)
        .map_err(|error| NodeError::Execution(format!("signing failed: {error}")))
}
