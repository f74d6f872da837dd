//! `surety network`: the networks that are known, and the contracts on them.

use anyhow::Result;
use comfy_table::{ContentArrangement, Table, presets};
use serde_json::json;
use surety_wasm::ALL;

use crate::{
    args::GlobalArgs,
    context::Report,
    network::{Network, Session, args::NetworkCommand},
};

pub async fn run(global: &GlobalArgs, command: &NetworkCommand) -> Result<Report> {
    match command {
        NetworkCommand::List => list(global),
        NetworkCommand::Show => show(global).await,
    }
}

fn list(global: &GlobalArgs) -> Result<Report> {
    let config = global.config()?;
    let deployments = config.deployments();
    let usual = match &global.network {
        Some(name) => config.named(name)?,
        None => config.usual()?,
    };
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["", "network", "chain", "RPC", "contracts", ""]);
    let mut networks = Vec::new();
    for network in config.networks() {
        let record = deployments.of(network)?;
        let known = ALL
            .iter()
            .filter(|artifact| network.known(&record, artifact.name).is_some())
            .count();
        table.add_row([
            if *network == usual { "*" } else { "" }.to_owned(),
            network.name.clone(),
            network.chain_id.to_string(),
            network.rpc_url.clone(),
            known.to_string(),
            if network.real_money { "real money" } else { "" }.to_owned(),
        ]);
        networks.push(json!({
            "name": network.name,
            "chainId": network.chain_id,
            "rpcUrl": network.rpc_url,
            "realMoney": network.real_money,
            "contracts": known,
            "usual": *network == usual,
        }));
    }
    let place = match config.path() {
        Some(path) => path.display().to_string(),
        None => "no file: there is no home folder, name one with --config".to_owned(),
    };
    let text = format!(
        "{}\n* is used where none is named; more are read from {place}",
        table.trim_fmt()
    );
    Ok(Report::new(
        text,
        json!({ "networks": networks, "file": config.path() }),
    ))
}

async fn show(global: &GlobalArgs) -> Result<Report> {
    let session = global.reading(None).await?;
    let Session { chain, network, record } = &session;
    let Network {
        name,
        chain_id,
        real_money,
        ..
    } = network;
    let mut text = format!(
        "{name}: chain {chain_id} at {}{}\n",
        chain.url(),
        if *real_money { ", real money" } else { "" }
    );
    let mut contracts = Vec::new();
    for artifact in ALL {
        let Some(address) = network.known(record, artifact.name) else {
            text += &format!("  {:<10} not known\n", artifact.name);
            continue;
        };
        let block = record.contracts.get(artifact.name).map(|deployed| deployed.block);
        let standing = match chain.code(address).await {
            Ok(code) if code.as_ref() == artifact.code => "as embedded",
            Ok(_) => "other code than this tool's",
            Err(error) if error.is_about_state() => "gone",
            Err(error) => return Err(error.into()),
        };
        text += &format!("  {:<10} {address}  {standing}\n", artifact.name);
        contracts.push(json!({ "name": artifact.name, "address": address, "block": block, "standing": standing }));
    }
    text += match contracts.is_empty() {
        true => "deploy them with `surety deploy`, or name them in the networks file",
        false => "commands use these unless told otherwise",
    };
    let json = json!({
        "network": name,
        "chainId": chain_id,
        "rpcUrl": chain.url(),
        "realMoney": real_money,
        "contracts": contracts,
    });
    Ok(Report::new(text, json))
}
