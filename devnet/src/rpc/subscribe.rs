//! `eth_subscribe` over WebSockets.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use alloy::rpc::types::{Filter, pubsub::SubscriptionKind};
use jsonrpsee::{
    PendingSubscriptionSink,
    core::{RegisterMethodError, SubscriptionError, traits::IdProvider},
    server::SubscriptionSink,
    types::{Params, SubscriptionId},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::to_raw_value};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::{
    Context,
    error::RpcError,
    params::{Argument, FromParams},
    registry::Registry,
};
use crate::node::{Event, Node};

/// Subscription ids, which clients expect to be hex numbers.
#[derive(Debug, Default)]
pub struct Ids(AtomicU64);

impl IdProvider for Ids {
    fn next_id(&self) -> SubscriptionId<'static> {
        let id = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        format!("0x{id:x}").into()
    }
}

/// What a client wants to hear of.
enum Topic {
    Heads,
    Logs(Box<Filter>),
    Transactions { full: bool },
}

impl Argument for SubscriptionKind {
    const EXPECTED: &'static str = "newHeads, logs or newPendingTransactions";

    fn read(value: &Value) -> Result<Self, Option<String>> {
        Self::deserialize(value).map_err(|_| None)
    }
}

impl Topic {
    fn read(params: &Params<'_>) -> Result<Self, RpcError> {
        let (kind, detail) = <(SubscriptionKind, Option<Value>)>::from_params(params)?;
        let invalid = |expected: &str| RpcError::InvalidParams(format!("invalid argument 1: expected {expected}"));
        match kind {
            SubscriptionKind::NewHeads => Ok(Self::Heads),
            SubscriptionKind::Logs => {
                let filter = Option::<Filter>::read(&detail.unwrap_or_default());
                Ok(Self::Logs(Box::new(
                    filter.map_err(|_| invalid(Filter::EXPECTED))?.unwrap_or_default(),
                )))
            }
            SubscriptionKind::NewPendingTransactions => {
                let full = Option::<bool>::read(&detail.unwrap_or_default());
                Ok(Self::Transactions {
                    full: full.map_err(|_| invalid(bool::EXPECTED))?.unwrap_or(false),
                })
            }
            _ => Err(RpcError::InvalidParams(format!(
                "invalid argument 0: expected {}",
                <SubscriptionKind as Argument>::EXPECTED
            ))),
        }
    }

    /// Sends what an event means for this topic. False if the connection is gone.
    async fn publish(&self, sink: &SubscriptionSink, node: &Node, event: Event) -> bool {
        match (self, event) {
            (Self::Heads, Event::Block { header, .. }) => send(sink, &*header).await,
            (Self::Logs(filter), Event::Block { logs, .. }) => {
                for log in logs.iter().filter(|log| matches(filter, log)) {
                    if !send(sink, log).await {
                        return false;
                    }
                }
                true
            }
            (Self::Transactions { full: false }, Event::Transaction(hash)) => send(sink, &hash).await,
            (Self::Transactions { full: true }, Event::Transaction(hash)) => {
                // The chain may be busy, so this waits where it does not keep other connections waiting.
                let node = node.clone();
                match tokio::task::spawn_blocking(move || node.transaction(hash)).await {
                    Ok(Some(transaction)) => send(sink, &transaction).await,
                    // Dropped in the meantime.
                    Ok(None) | Err(_) => true,
                }
            }
            (Self::Heads | Self::Logs(_), Event::Transaction(_)) | (Self::Transactions { .. }, Event::Block { .. }) => {
                true
            }
        }
    }
}

/// Whether a new log is one of those asked for; a subscription's block range plays no part.
fn matches(filter: &Filter, log: &alloy::rpc::types::Log) -> bool {
    filter.matches_address(log.address()) && filter.matches_topics(log.topics())
}

async fn send<T: Serialize>(sink: &SubscriptionSink, item: &T) -> bool {
    match to_raw_value(item) {
        Ok(message) => sink.send(message).await.is_ok(),
        Err(error) => {
            tracing::error!(%error, "a notification could not be written as JSON");
            true
        }
    }
}

/// Forwards events until the client goes away. A client that reads too slowly to be told everything is told so, and
/// the subscription ends.
async fn forward(
    topic: Topic,
    sink: SubscriptionSink,
    node: Node,
    mut events: Receiver<Event>,
) -> Result<(), SubscriptionError> {
    loop {
        let event = tokio::select! {
            () = sink.closed() => return Ok(()),
            event = events.recv() => event,
        };
        match event {
            Ok(event) => {
                if !topic.publish(&sink, &node, event).await {
                    return Ok(());
                }
            }
            Err(RecvError::Lagged(missed)) => return Err(format!("too slow: {missed} events were missed").into()),
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}

async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
) -> Result<(), SubscriptionError> {
    let topic = match Topic::read(&params) {
        Ok(topic) => topic,
        Err(error) => {
            pending.reject(error).await;
            return Ok(());
        }
    };
    // Before the client knows that it is subscribed, so that it misses nothing after that.
    let events = context.node.subscribe();
    let sink = pending.accept().await?;
    forward(topic, sink, context.node.clone(), events).await
}

/// For connections that carry notifications.
pub fn register(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    methods.module().register_subscription(
        "eth_subscribe",
        "eth_subscription",
        "eth_unsubscribe",
        |params, pending, context, _| subscribe(params, pending, context),
    )?;
    Ok(())
}

/// For those that do not.
pub fn refuse(methods: &mut Registry) -> Result<(), RegisterMethodError> {
    for method in ["eth_subscribe", "eth_unsubscribe"] {
        methods.method(method, |_, _: Ignored| Err::<(), _>(RpcError::NoNotifications))?;
    }
    Ok(())
}

/// Parameters that nobody reads.
struct Ignored;

impl FromParams for Ignored {
    fn from_params(_: &Params<'_>) -> Result<Self, RpcError> {
        Ok(Self)
    }
}
