//! `surety devnet`: the embedded chain as a server.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, Result};
use serde_json::json;
use surety_devnet::{Config, Node, config::NITRO_DEV_ACCOUNT, rpc, store::Autosave};

use crate::args::{DevnetArgs, GlobalArgs};

/// Serves until it is interrupted.
pub async fn run(global: &GlobalArgs, args: &DevnetArgs) -> Result<()> {
    let config = Config {
        history: args.history,
        ..Config::default()
    };
    let node = match &args.state {
        Some(path) => Node::open(config, path),
        None => Node::new(config),
    };
    let node = node.context("cannot start the chain")?;
    let address = SocketAddr::new(args.host, args.port);
    let server = rpc::serve(node.clone(), address)
        .await
        .with_context(|| format!("cannot listen on {address}: choose another --port"))?;
    if global.json {
        let accounts: Vec<_> = node.accounts();
        println!(
            "{}",
            json!({ "url": server.url(), "chainId": node.chain_id(), "accounts": accounts })
        );
    } else {
        print!("{}", greeting(&node, &server.url()));
    }
    let autosave = args.state.as_ref().map(|path| {
        let every = Duration::from_secs(args.state_interval);
        Autosave::start(node.clone(), path.clone(), every)
    });
    interrupted().await.context("cannot wait for signals")?;
    server.stop().await;
    match autosave {
        Some(autosave) => autosave.stop().context("the chain could not be saved"),
        None => Ok(()),
    }
}

/// Waits for Ctrl-C, or for the signal that service managers end processes with.
pub async fn interrupted() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn greeting(node: &Node, url: &str) -> String {
    let mut text = format!(
        "Arbitrum Stylus chain {} at {url}\n\nFunded accounts with published keys, for nothing but this chain:\n",
        node.chain_id()
    );
    for account in node.accounts() {
        let key = node.signer(account).map(|signer| signer.to_bytes().to_string());
        let note = if account == NITRO_DEV_ACCOUNT {
            "  (chain owner)"
        } else {
            ""
        };
        text += &format!("  {account}  {}{note}\n", key.unwrap_or_default());
    }
    text += "\nIn another terminal:\n  export SURETY_PRIVATE_KEY=KEY\n  surety deploy\n";
    text
}
