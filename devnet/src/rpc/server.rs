//! Taking connections, and turning them away when there are too many.

use std::{
    io,
    net::{SocketAddr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use jsonrpsee::server::{
    BatchRequestConfig, Server, ServerConfig, StopHandle, serve_with_graceful_shutdown, stop_channel, ws,
};
use tokio::{net::TcpListener, sync::Semaphore, time};
use tower::{Layer, Service};
use tower_http::cors::CorsLayer;

use super::{Transports, ids, methods, subscribe};
use crate::node::Node;

/// Bytes of a request. Geth's limit, and room for a contract of the largest size in several encodings.
const MAX_REQUEST: u32 = 5 << 20;
/// Bytes of an answer: logs of a long range are large.
const MAX_RESPONSE: u32 = 128 << 20;
/// Requests in a batch. Geth's limit.
const MAX_BATCH: u32 = 1_000;
/// Connections that are served at a time; more are closed.
const MAX_CONNECTIONS: u32 = 10_000;
const MAX_SUBSCRIPTIONS: u32 = 1_000;

/// How long the system is given when it has no room for another connection.
const PAUSE: Duration = Duration::from_millis(10);

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct ServerHandle {
    addr: SocketAddr,
    server: jsonrpsee::server::ServerHandle,
}

impl ServerHandle {
    /// Where it listens, with the port that was chosen if 0 was asked for.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// For HTTP clients.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// For WebSocket clients.
    pub fn ws_url(&self) -> String {
        format!("ws://{}", self.addr)
    }

    /// Answers what has been asked, then closes all connections.
    pub async fn stop(self) {
        // The only error is that it has stopped before.
        let _ = self.server.stop();
        self.server.stopped().await;
    }

    /// Resolves when the server has stopped.
    pub async fn stopped(self) {
        self.server.stopped().await;
    }
}

/// Serves `node` on `addr`; port 0 takes a free one. Needs a tokio runtime.
///
/// Web pages of any origin may call it, as with other development chains: give it a loopback address.
///
/// # Errors
/// If the address can not be bound.
pub async fn serve(node: Node, addr: SocketAddr) -> io::Result<ServerHandle> {
    let methods = methods(node).map_err(io::Error::other)?;
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let (stop, server) = stop_channel();
    tokio::spawn(accept(listener, methods, stop));
    Ok(ServerHandle { addr, server })
}

/// Takes connections until the server is stopped.
async fn accept(listener: TcpListener, methods: Transports, stop: StopHandle) {
    let config = ServerConfig::builder()
        .max_request_body_size(MAX_REQUEST)
        .max_response_body_size(MAX_RESPONSE)
        .max_connections(MAX_CONNECTIONS)
        .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS)
        .set_batch_request_config(BatchRequestConfig::Limit(MAX_BATCH))
        .set_id_provider(subscribe::Ids::default())
        .build();
    let services = Server::builder().set_config(config).to_service_builder();
    // The library counts requests and WebSockets; connections that say nothing count too.
    let seats = Arc::new(Semaphore::new(MAX_CONNECTIONS as usize));
    let mut spare = Spare::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.clone().shutdown() => return,
        };
        let socket = match accepted {
            Ok((socket, _)) => socket,
            Err(error) => {
                tracing::debug!(%error, "a connection was turned away");
                spare.turn_away(&listener).await;
                continue;
            }
        };
        let Ok(seat) = seats.clone().try_acquire_owned() else {
            continue;
        };
        // Answers are written at once. A socket that refuses this is served all the same.
        let _ = socket.set_nodelay(true);
        let (services, stopping) = (services.clone(), stop.clone());
        let (http, websocket) = (methods.http.clone(), methods.websocket.clone());
        // The seat is free again when the connection lets go of its service.
        let seat = Arc::new(seat);
        let service = tower::service_fn(move |request| {
            let _held = &seat;
            let upgrades = ws::is_upgrade_request(&request);
            let methods = if upgrades { &websocket } else { &http };
            let mut service = services.clone().build(methods.clone(), stopping.clone());
            async move {
                if upgrades {
                    service.call(request).await
                } else {
                    ids::answer(request, service, MAX_REQUEST).await
                }
            }
        });
        let service = CorsLayer::permissive().layer(service);
        tokio::spawn(serve_with_graceful_shutdown(socket, service, stop.clone().shutdown()));
    }
}

/// A socket of no use but to be closed when the process may open no more: that makes room to take a connection and to close it.
/// Otherwise connections would wait for ever, and accepting them would fail again and again.
struct Spare(Option<UdpSocket>);

impl Spare {
    fn new() -> Self {
        Self(UdpSocket::bind("127.0.0.1:0").ok())
    }

    async fn turn_away(&mut self, listener: &TcpListener) {
        drop(self.0.take());
        if !matches!(time::timeout(PAUSE, listener.accept()).await, Ok(Ok(_))) {
            time::sleep(PAUSE).await;
        }
        *self = Self::new();
    }
}
