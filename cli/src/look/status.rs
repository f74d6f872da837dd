//! `surety status`: where jobs stand, the money in them, and what each role can do next.

use alloy::primitives::{Address, U256};
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use surety_contracts::IEscrow::creditCall;

use super::{
    Seen, Standing,
    args::{JobName, PlaceArgs, StatusArgs, WhoseArgs},
    board::Board,
    money,
    moves::{Move, moves},
    paper::Paper,
    picture::{Tone, picture},
    seen,
    standing::Deadline,
};
use crate::{args::GlobalArgs, chain::Chain, context::Report, names, units};

/// Where the second column begins.
const INDENT: usize = 12;

/// `surety status`
pub async fn status(global: &GlobalArgs, args: &StatusArgs) -> Result<Report> {
    match args.jobs.as_slice() {
        [] => of_account(global, &args.place, &args.whose).await,
        [one] => of_job(global, one, &args.place).await,
        all => {
            let (mut texts, mut reports) = (Vec::new(), Vec::new());
            for name in all {
                let report = of_job(global, name, &args.place).await?;
                texts.push(report.text);
                reports.push(report.json);
            }
            Ok(Report::new(texts.join("\n\n"), json!({ "jobs": reports })))
        }
    }
}

/// Whose jobs are looked at; none for everybody's.
pub fn account(global: &GlobalArgs, whose: &WhoseArgs) -> Result<Option<Address>> {
    if whose.everybody {
        return Ok(None);
    }
    let account = whose.account.or_else(|| global.account());
    account.map(Some).context(
        "whose jobs? name an account with --account, a key (a keystore of another tool does not tell its account), or \
         see all with --everybody",
    )
}

async fn of_account(global: &GlobalArgs, place: &PlaceArgs, whose: &WhoseArgs) -> Result<Report> {
    let account = account(global, whose)?;
    let session = global.reading(None).await?;
    let escrow = session.escrow(place.escrow).await?;
    let since = place.since.unwrap_or_else(|| session.since(escrow));
    let mut board = Board::new(session.chain, escrow, account, since);
    let moment = board.refresh().await?;
    let jobs = board.jobs(moment.now);
    let paper = Paper::stdout();
    let mut text = String::new();
    for seen in &jobs {
        text += &row(seen, moment.now, account, &paper);
    }
    text += &match (jobs.len(), account) {
        (0, Some(account)) => format!("{account} has no part in any job of the escrow {escrow}"),
        (0, None) => format!("there are no jobs in the escrow {escrow}"),
        (_, _) => "\nmore of one of them: surety status ID, surety history ID".to_owned(),
    };
    let jobs: Vec<Value> = jobs.iter().map(|seen| summary(seen, moment.now, account)).collect();
    let json = json!({
        "account": account,
        "escrow": escrow,
        "block": moment.block,
        "now": moment.now,
        "jobs": jobs,
    });
    Ok(Report::new(text, json))
}

/// A job in two lines.
fn row(seen: &Seen, now: u64, account: Option<Address>, paper: &Paper) -> String {
    let standing = seen.at(now);
    let roles = account.map(|account| seen.roles(account).join(" and "));
    let first = format!(
        "{}{}{}, {}",
        paper.write(&standing.phase_text(), tone(&standing)),
        roles.map(|roles| format!(", you are {roles}")).unwrap_or_default(),
        match money::in_escrow(&standing) {
            stake if stake.is_zero() => String::new(),
            stake => format!(", {} in escrow", units::ether(stake)),
        },
        match standing.deadline() {
            Some(deadline) => until(&deadline, now),
            None => "nothing is left to come".to_owned(),
        }
    );
    format!("{}\n{}", seen.id, wrapped(2, &first, paper.columns))
}

/// A job in a list, for machines.
pub fn summary(seen: &Seen, now: u64, account: Option<Address>) -> Value {
    let standing = seen.at(now);
    json!({
        "jobId": seen.id,
        "phase": names::phase(standing.phase()),
        "confirmed": seen.view.job.confirmed,
        "roles": account.map(|account| seen.roles(account)),
        "deadline": standing.deadline().map(|deadline| deadline_json(&deadline, now)),
        "atStakeWei": money::in_escrow(&standing).to_string(),
    })
}

pub fn deadline_json(deadline: &Deadline, now: u64) -> Value {
    json!({
        "at": deadline.at,
        "secondsLeft": i128::from(deadline.at) - i128::from(now),
        "what": deadline.what,
        "then": deadline.then,
    })
}

/// The look of a phase's name.
pub fn tone(standing: &Standing<'_>) -> Tone {
    use surety_contracts::Phase;
    match standing.phase() {
        Phase::Paid => Tone::Good,
        Phase::Forfeited | Phase::Convicted => Tone::Bad,
        Phase::Refunded => Tone::Plain,
        _ => Tone::Now,
    }
}

/// What the clock says: `result due, 5m 3s left`.
pub fn until(deadline: &Deadline, now: u64) -> String {
    match deadline.at.checked_sub(now) {
        Some(left) => format!("{}, {} left", deadline.what, units::span(left)),
        None => format!(
            "{} {} {} ago: {}",
            deadline.what,
            deadline.until,
            units::span(now - deadline.at),
            deadline.then
        ),
    }
}

async fn of_job(global: &GlobalArgs, name: &JobName, place: &PlaceArgs) -> Result<Report> {
    let (session, found) = seen::find(global, name, place).await?;
    let chain = session.chain;
    let seen = found.look(&chain).await?;
    let now = chain.clock().await?;
    let standing = seen.at(now);
    let parties = parties(&chain, &seen, &standing).await?;
    let moves = moves(&standing, seen.file.as_deref());
    let you = global.account();
    let text = text(&seen, &standing, &parties, &moves, you, &Paper::stdout());
    Ok(Report::new(text, json(&seen, &standing, &parties, &moves)))
}

/// A role's part, and what the escrow owes its account.
struct Party {
    stake: money::Stake,
    credit: U256,
}

async fn parties(chain: &Chain, seen: &Seen, standing: &Standing<'_>) -> Result<Vec<Party>> {
    let mut parties = Vec::new();
    for stake in money::stakes(standing) {
        let account = stake.account;
        let credit = match account.is_zero() {
            true => U256::ZERO,
            false => chain.call(seen.escrow, creditCall { account }).await?,
        };
        parties.push(Party { stake, credit });
    }
    Ok(parties)
}

fn text(
    seen: &Seen,
    standing: &Standing<'_>,
    parties: &[Party],
    moves: &[Move],
    you: Option<Address>,
    paper: &Paper,
) -> String {
    let line = |name: &str, text: &str| {
        let text = wrapped(INDENT, text, paper.columns);
        format!("  {name:<w$}{}", text.trim_start(), w = INDENT - 2)
    };
    let mut out = format!("job {}\n", seen.id);
    if let Some(task) = &seen.task {
        out += &line("task", task);
    }
    out += &line("phase", &standing.phase_text());
    if let Some(deadline) = standing.deadline() {
        let clock = format!(
            "{} {} {} ({})",
            deadline.what,
            deadline.until,
            units::moment(deadline.at),
            match deadline.at.checked_sub(standing.now) {
                Some(left) => format!("{} left; then {}", units::span(left), deadline.then),
                None => format!("{} ago: {}", units::span(standing.now - deadline.at), deadline.then),
            }
        );
        out += &line("clock", &clock);
    }
    let job = &seen.view.job;
    if !job.root.is_zero() {
        out += &line(
            "result",
            &format!("{} elements, root {}", units::grouped(job.count), job.root),
        );
    }
    out += &format!("\n{}\n", paper.draw(&picture(standing, paper.columns)));
    out += &line("in escrow", &units::ether(money::in_escrow(standing)));
    for Party { stake, credit } in parties {
        let account = match stake.account {
            Address::ZERO => "whoever comes first".to_owned(),
            account if Some(account) == you => format!("{account} (you)"),
            account => account.to_string(),
        };
        out += &line(stake.role, &account);
        if !stake.put_in.is_zero() {
            out += &line("", &format!("{} in: {}", units::ether(stake.put_in), stake.outlook));
        } else if standing.deadline().is_some() {
            out += &line("", &stake.outlook);
        }
        if !credit.is_zero() {
            out += &line("", &format!("is owed {}: surety withdraw", units::ether(*credit)));
        }
    }
    if moves.is_empty() {
        out += "nothing is left to do";
        return out;
    }
    out += "next:\n";
    for Move { who, command, what } in moves {
        let text = match command {
            Some(command) => format!("{command}  ({what})"),
            None => (*what).to_owned(),
        };
        out += &line(who, &text);
    }
    out.trim_end().to_owned()
}

fn json(seen: &Seen, standing: &Standing<'_>, parties: &[Party], moves: &[Move]) -> Value {
    let job = &seen.view.job;
    let parties: Vec<Value> = parties
        .iter()
        .filter(|party| !party.stake.account.is_zero())
        .map(|Party { stake, credit }| {
            json!({
                "role": stake.role,
                "account": stake.account,
                "putInWei": stake.put_in.to_string(),
                "creditWei": credit.to_string(),
            })
        })
        .collect();
    let deadline = standing.deadline();
    json!({
        "jobId": seen.id,
        "escrow": seen.escrow,
        "task": seen.task,
        "phase": names::phase(job.phase),
        "fault": names::fault(job.fault),
        "confirmed": job.confirmed,
        "now": standing.now,
        "clock": deadline.as_ref().map(|deadline| deadline.at),
        "deadline": deadline.map(|deadline| deadline_json(&deadline, standing.now)),
        "root": job.root,
        "count": job.count,
        "case": seen.view.case.as_ref().map(|case| names::case_phase(case.phase)),
        "atStakeWei": money::in_escrow(standing).to_string(),
        "parties": parties,
        "next": moves
            .iter()
            .map(|Move { who, command, what }| json!({ "who": who, "command": command, "what": what }))
            .collect::<Vec<_>>(),
    })
}

/// Text in lines of so many columns, each indented; what has no spaces stays whole.
pub fn wrapped(indent: usize, text: &str, columns: usize) -> String {
    let room = columns.saturating_sub(indent).max(20);
    let mut out = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        // Looks take no columns.
        let width = visible(word);
        if length > 0 && length + 1 + width > room {
            out.push('\n');
            length = 0;
        }
        if length == 0 {
            out += &" ".repeat(indent);
        } else {
            out.push(' ');
            length += 1;
        }
        out += word;
        length += width;
    }
    out.push('\n');
    out
}

/// Columns that a word takes on a terminal.
fn visible(word: &str) -> usize {
    let mut escaped = false;
    word.chars()
        .filter(|letter| {
            let shown = !escaped && *letter != '\x1b';
            escaped = *letter == '\x1b' || (escaped && *letter != 'm');
            shown
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_between_words_and_looks_take_no_room() {
        assert_eq!(wrapped(2, "aa bb", 80), "  aa bb\n");
        let lines = wrapped(4, "one two three four five six seven", 26);
        assert!(
            lines.lines().all(|line| line.starts_with("    ") && line.len() <= 26),
            "{lines}"
        );
        assert_eq!(lines.split_whitespace().count(), 7);
        assert_eq!(visible("\x1b[1;36mopen\x1b[0m,"), 5);
    }
}
