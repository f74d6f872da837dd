//! The game that the contracts play, solved for a job.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};
use surety_protocol::{
    detection,
    game::{
        Rational, SolveError, Threshold,
        advice::{Class, DETECTION_DIGITS, Goal, Knob},
        delegation::{Bribery, Client, Delegation, History, Judge, Opinion, REFEREE, WORKER, Work},
        rational::{approximate, probability, whole},
    },
};

use super::{
    args::JobGame,
    show::{cell, class_json, ends, ether, fraction_json, percent, table, threshold_json, wei_json},
};

/// Samples for which the smallest deposit is told.
const SAMPLES: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];
/// Amounts are searched up to this many times all that is in the job.
const SEARCH: u64 = 100;

/// A way to use the contracts.
struct Setting {
    name: &'static str,
    key: &'static str,
    game: Delegation,
}

pub fn report(job: &JobGame) -> Result<(String, Value)> {
    let base = job.delegation()?;
    let never = |appeals| Client::Commits {
        appeals,
        checks: whole(0),
    };
    let with = |client: Client| job.with_pact(&Delegation { client, ..base.clone() });
    let settings = [
        Setting {
            name: "client checks, no referee",
            key: "checks",
            game: with(job.commits(false)?),
        },
        Setting {
            name: "client appeals and checks",
            key: "appealsAndChecks",
            game: with(job.commits(true)?),
        },
        Setting {
            name: "client appeals, never checks",
            key: "appeals",
            game: with(never(true)),
        },
        Setting {
            name: "client chooses as it pays",
            key: "chooses",
            game: with(Client::Chooses),
        },
    ];
    let mut text = "THE CONTRACTS' GAME (ETH; a check finds a cheat with probability ".to_owned();
    write!(text, "{})\n\n", percent(&base.detection))?;
    let (solved, solved_json) = equilibria(&settings)?;
    text += &solved;
    let [alone, appealed, ..] = &settings;
    text += &format!("\n\n{}", payoffs(&appealed.game, Bribery::None));
    text += &format!("\n\n{}", payoffs(&appealed.game, Bribery::Accepted));
    let (borders, borders_json) = borders(&[alone, appealed])?;
    text += &format!("\n\n{borders}");
    let (advice, advice_json) = advice(job, &[alone, appealed])?;
    text += &format!("\n\n{advice}");
    let json = json!({
        "detection": fraction_json(&base.detection),
        "settings": solved_json,
        "payoffs": {
            "withoutPact": payoffs_json(&appealed.game, Bribery::None),
            "inPact": payoffs_json(&appealed.game, Bribery::Accepted),
        },
        "honestyOnly": borders_json,
        "advice": advice_json,
    });
    Ok((text, json))
}

fn equilibria(settings: &[Setting]) -> Result<(String, Value)> {
    let mut table = table(&[
        "setting",
        "bribe",
        "subgame-perfect equilibria",
        "client",
        "worker",
        "referee",
    ]);
    let mut json = serde_json::Map::new();
    for setting in settings {
        let pure = setting.game.pure_equilibria()?;
        let bribe = if matches!(setting.game.client, Client::Commits { appeals: false, .. }) {
            "-".to_owned()
        } else {
            ether(&setting.game.stakes.bribe)
        };
        let perfect = match setting.game.perfect_equilibria() {
            Ok(perfect) => perfect,
            // The other settings are worth telling all the same.
            Err(error @ (SolveError::TooLarge(_) | SolveError::TooMany(_))) => {
                table.add_row(vec![
                    comfy_table::Cell::new(setting.name),
                    cell(bribe),
                    comfy_table::Cell::new(format!("not solved: {error}")),
                ]);
                json.insert(
                    setting.key.to_owned(),
                    json!({ "error": error.to_string(), "pure": pure.iter().map(class_json).collect::<Vec<_>>() }),
                );
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for (at, class) in perfect.iter().enumerate() {
            let mut row = if at == 0 {
                vec![comfy_table::Cell::new(setting.name), cell(bribe.clone())]
            } else {
                vec![comfy_table::Cell::new(""), cell(String::new())]
            };
            row.push(comfy_table::Cell::new(ends(class)));
            row.extend(class.payoffs.iter().map(|payoff| cell(ether(payoff))));
            table.add_row(row);
        }
        json.insert(
            setting.key.to_owned(),
            json!({
                "bribeWei": wei_json(&setting.game.stakes.bribe),
                "onlyHonest": !perfect.is_empty() && perfect.iter().all(Class::is_honest),
                "subgamePerfect": perfect.iter().map(class_json).collect::<Vec<_>>(),
                "pure": pure.iter().map(class_json).collect::<Vec<_>>(),
            }),
        );
    }
    Ok((table.to_string(), Value::Object(json)))
}

/// What somebody may do, each with its name.
type Moves<T> = Vec<(&'static str, T)>;

fn moves(bribery: Bribery) -> (Moves<Work>, Moves<Opinion>) {
    let mut works = vec![("honest", Work::Honest)];
    let mut opinions = vec![("honest", Opinion::Honest)];
    if bribery == Bribery::Accepted {
        works.push(("agreed", Work::Agreed));
        opinions.push(("agreed", Opinion::Agreed));
    } else {
        works.extend([("cheat", Work::Cheat), ("withhold", Work::Withhold)]);
        opinions.push(("guess", Opinion::Guess));
    }
    works.push(("silent", Work::Silent));
    opinions.extend([("junk", Opinion::Junk), ("silent", Opinion::Silent)]);
    (works, opinions)
}

fn history(bribery: Bribery, work: Work, opinion: Opinion) -> History {
    History {
        appealed: true,
        opinion: Some(opinion),
        bribery,
        work,
    }
}

/// What worker and referee expect by what they commit to.
fn payoffs(game: &Delegation, bribery: Bribery) -> String {
    let (works, opinions) = moves(bribery);
    let title = if bribery == Bribery::Accepted {
        "in a pact"
    } else {
        "without pact"
    };
    let mut header = vec![title];
    header.extend(opinions.iter().map(|(name, _)| *name));
    let mut table = table(&header);
    for (name, work) in works {
        let mut row = vec![comfy_table::Cell::new(name)];
        for &(_, opinion) in &opinions {
            let pays = game.expected(&history(bribery, work, opinion));
            row.push(cell(format!("{}; {}", ether(&pays[WORKER]), ether(&pays[REFEREE]))));
        }
        table.add_row(row);
    }
    format!("Worker (rows) and referee (columns), client appeals and checks\n{table}")
}

fn payoffs_json(game: &Delegation, bribery: Bribery) -> Value {
    let (works, opinions) = moves(bribery);
    let cells = works.iter().flat_map(|&(work_name, work)| {
        opinions.iter().map(move |&(opinion_name, opinion)| {
            let pays = game.expected(&history(bribery, work, opinion));
            json!({
                "worker": work_name,
                "referee": opinion_name,
                "payoffsWei": pays.iter().map(wei_json).collect::<Vec<_>>(),
            })
        })
    });
    cells.collect()
}

/// All money in the job and all that cheating can gain.
fn scale(game: &Delegation) -> Rational {
    let stakes = &game.stakes;
    &stakes.reward + &stakes.bonus + &stakes.deposit + &stakes.fee + &game.work + &game.gain + whole(1)
}

fn borders(settings: &[&Setting]) -> Result<(String, Value)> {
    let mut table = table(&[
        "honesty is the only equilibrium",
        "probability of detection",
        "checks",
        "watcher",
        "deposit",
    ]);
    let mut json = serde_json::Map::new();
    for setting in settings {
        let most = scale(&setting.game) * whole(SEARCH);
        let one = whole(1);
        let unwatched = setting.game.with(Knob::Checks, &whole(0));
        let knobs = [
            (Knob::Detection, &setting.game, &one),
            (Knob::Checks, &setting.game, &one),
            (Knob::Watcher, &unwatched, &one),
            (Knob::Deposit, &setting.game, &most),
        ];
        let mut found = Vec::new();
        let mut row = vec![comfy_table::Cell::new(setting.name)];
        for (knob, game, high) in knobs {
            let border = game.honesty_border(knob, &whole(0), high, true)?;
            let text = match &border {
                Some(border) => show_border(knob, border),
                None if game.with(knob, high).with_worst_pact().only_honest()? => "at any".to_owned(),
                None => "at none".to_owned(),
            };
            row.push(cell(text));
            found.push(threshold_json(border.as_ref()));
        }
        table.add_row(row);
        let names = ["detection", "checks", "watcherWithoutChecks", "depositWei"];
        let borders: serde_json::Map<_, _> = names.into_iter().map(str::to_owned).zip(found).collect();
        json.insert(setting.key.to_owned(), Value::Object(borders));
    }
    let text = format!("Borders, each with all else as it is; a watcher stands in for the client's checks\n{table}");
    Ok((text, Value::Object(json)))
}

fn show_border(knob: Knob, border: &Threshold) -> String {
    let side = if border.holds_above { "above" } else { "below" };
    if knob.is_amount() {
        format!("{side} {} ETH", ether(&border.at))
    } else {
        format!("{side} {:.6}", approximate(&border.at))
    }
}

fn advice(job: &JobGame, settings: &[&Setting]) -> Result<(String, Value)> {
    let mut text = "Smallest terms that make honesty the only equilibrium, against the worst pact".to_owned();
    let mut json = serde_json::Map::new();
    for setting in settings {
        let appeals = matches!(setting.game.client, Client::Commits { appeals: true, .. });
        let most = scale(&setting.game) * whole(SEARCH);
        // Who appeals wants a referee that computes.
        let (knobs, goal): (&[Knob], _) = if appeals {
            (&[Knob::Reward, Knob::Fee, Knob::Deposit, Knob::Stake], Goal::Confirmed)
        } else {
            (&[Knob::Reward, Knob::Deposit], Goal::Right)
        };
        let Some(mut game) = setting.game.smallest_terms(knobs, &most, goal)? else {
            write!(text, "\n{}: none; {}", setting.name, why_none(&setting.game))?;
            json.insert(setting.key.to_owned(), Value::Null);
            continue;
        };
        // The referee contract refuses a smaller one.
        let twice = &game.stakes.deposit * whole(2);
        game.stakes.stake = game.stakes.stake.max(twice);
        let stakes = &game.stakes;
        write!(
            text,
            "\n{}: reward {} ETH, deposit {} ETH",
            setting.name,
            ether(&stakes.reward),
            ether(&stakes.deposit)
        )?;
        if appeals {
            write!(
                text,
                ", referee's fee {} ETH, stake {} ETH",
                ether(&stakes.fee),
                ether(&stakes.stake)
            )?;
        }
        let sample = setting.game.smallest_sample(job.wrong, job.elements, &job.each())?;
        match sample {
            Some(sample) => write!(text, "; with the terms as they are, a sample of {sample}")?,
            None => write!(text, "; with the terms as they are, no sample is enough")?,
        }
        let deposits = deposits(job, &setting.game, &most)?;
        let mut header = vec!["sample".to_owned()];
        header.extend(deposits.iter().map(|(sample, _)| sample.to_string()));
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let mut table = table(&header);
        let mut row = vec![comfy_table::Cell::new("deposit above")];
        row.extend(
            deposits
                .iter()
                .map(|(_, deposit)| cell(deposit.as_ref().map_or_else(|| "none".to_owned(), ether))),
        );
        table.add_row(row);
        write!(text, "\n{table}")?;
        json.insert(
            setting.key.to_owned(),
            json!({
                "rewardWei": wei_json(&stakes.reward),
                "depositWei": wei_json(&stakes.deposit),
                "feeWei": appeals.then(|| wei_json(&stakes.fee)),
                "stakeWei": appeals.then(|| wei_json(&stakes.stake)),
                "sample": sample,
                "depositAboveBySample": deposits.iter().map(|(sample, deposit)| json!({
                    "sample": sample, "depositWei": deposit.as_ref().map(wei_json),
                })).collect::<Vec<_>>(),
            }),
        );
    }
    Ok((text, Value::Object(json)))
}

/// Why no terms help.
fn why_none(game: &Delegation) -> &'static str {
    match game.judge {
        Judge::Predicate => "nobody would find a false result: check, or have somebody watch",
        Judge::TrustedWord => "a confirmed result is beyond the referee's word, so a pact is safe: use a predicate",
        Judge::SelfishWord => "a referee whose word is for sale convicts or covers as it pays: use a predicate",
    }
}

/// The border of the deposit for each sample; zero where any deposit will do, none where no deposit helps.
fn deposits(job: &JobGame, game: &Delegation, most: &Rational) -> Result<Vec<(u64, Option<Rational>)>> {
    let samples = SAMPLES.into_iter().filter(|&sample| sample <= job.elements);
    let one = |sample: u64| -> Result<(u64, Option<Rational>)> {
        let mut game = game.with(
            Knob::Detection,
            &probability(detection::probability(job.wrong, sample), DETECTION_DIGITS),
        );
        game.check = job.each() * whole(sample);
        let border = match game.honesty_border(Knob::Deposit, &whole(0), most, true)? {
            Some(border) => Some(border.at),
            None if game.with_worst_pact().only_honest()? => Some(whole(0)),
            None => None,
        };
        Ok((sample, border))
    };
    samples.map(one).collect()
}
