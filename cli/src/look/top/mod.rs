//! `surety top`: jobs live in the terminal, or as lines of JSON.

mod screen;
mod terminal;
mod watcher;

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use tokio::{sync::watch, time};

use super::{args::TopArgs, board::Board, status};
use crate::{args::GlobalArgs, commands::interrupted};
use screen::Screen;
use terminal::{Key, Terminal};
use watcher::{Snapshot, Watcher};

/// How soon a change of the terminal's size is noticed.
const TICK: Duration = Duration::from_millis(200);

/// Runs until it is told to end.
pub async fn top(global: &GlobalArgs, args: TopArgs) -> Result<()> {
    ensure!(
        global.json || (io::stdout().is_terminal() && io::stdin().is_terminal()),
        "surety top needs a terminal: ask for lines of JSON with --json, or for a list with `surety status`"
    );
    let account = status::account(global, &args.whose)?;
    let session = global.reading(None).await?;
    let escrow = session.escrow(args.place.escrow).await?;
    let since = args.place.since.unwrap_or_else(|| session.since(escrow));
    let watcher = Watcher {
        board: Board::new(session.chain.clone(), escrow, account, since),
        chain: session.chain,
        network: session.network.name,
        account,
        interval: args.interval,
    };
    tokio::select! {
        done = async {
            match global.json {
                true => lines(watcher, args.once).await,
                false => live(watcher).await,
            }
        } => done,
        ended = interrupted() => ended.context("cannot wait for signals"),
    }
}

/// A line for each block with something new, or just one.
async fn lines(mut watcher: Watcher, once: bool) -> Result<()> {
    let (mut last, mut trouble) = (None, None);
    loop {
        match watcher.look(None).await {
            Ok(snapshot) => {
                trouble = None;
                if last.replace(snapshot.moment.block) != Some(snapshot.moment.block) {
                    say(&snapshot.json())?;
                }
                if once {
                    return Ok(());
                }
            }
            Err(error) if once => return Err(error),
            Err(error) => {
                let said = format!("{error:#}");
                if trouble.as_ref() != Some(&said) {
                    say(&json!({ "trouble": said }))?;
                }
                trouble = Some(said);
            }
        }
        time::sleep(watcher.interval).await;
    }
}

fn say(line: &serde_json::Value) -> Result<()> {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    written.context("nobody reads what is printed")
}

async fn live(mut watcher: Watcher) -> Result<()> {
    // The first look before the screen: what is wrong then is better said on a line.
    let first = watcher.look(None).await?;
    let (told, mut heard) = watch::channel(first);
    let (pick, picked) = watch::channel(None);
    // Ends with this function, since then nobody sees it.
    tokio::spawn(watcher.watch(told, picked));
    let mut terminal = Terminal::enter().context("cannot take over the terminal")?;
    let mut keys = terminal::keys();
    let mut screen = Screen::default();
    let mut size = (0, 0);
    let mut fresh = true;
    loop {
        let now = terminal::size();
        if fresh || size != now {
            let snapshot: Snapshot = heard.borrow_and_update().clone();
            screen.keep_selection(&snapshot);
            pick.send_if_modified(|picked| std::mem::replace(picked, screen.selected()) != screen.selected());
            size = now;
            let lines = screen.lines(&snapshot, size);
            terminal.draw(&lines).context("cannot draw on the terminal")?;
        }
        fresh = true;
        tokio::select! {
            key = keys.recv() => match key {
                Some(Key::Quit) | None => return Ok(()),
                Some(Key::Up) => screen.step(-1),
                Some(Key::Down) => screen.step(1),
                Some(Key::First) => screen.step(isize::MIN),
                Some(Key::Last) => screen.step(isize::MAX),
                Some(Key::PageUp) => screen.scroll(-10),
                Some(Key::PageDown) => screen.scroll(10),
            },
            changed = heard.changed() => changed.context("nobody watches the chain any more")?,
            () = time::sleep(TICK) => fresh = false,
        }
    }
}
