//! Sends the chain what strangers may send, for as long as wanted. `make fuzz-devnet` runs it.

use clap::{Parser, Subcommand};
use surety_fuzz::{
    bodies::bodies,
    drive::{Options, drive},
    front_door::FrontDoor,
    programs::programs,
    served::Served,
};

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Send programs: contracts with damage, and bytes that are none
    Programs(Options),
    /// Send bodies of HTTP requests
    Requests(Options),
}

fn main() {
    match Args::parse().what {
        What::Programs(options) => {
            let tried = FrontDoor::new().enter_all("surety-fuzz programs", options.plan(), &programs());
            println!("damaged programs: {tried}");
        }
        What::Requests(options) => {
            let mut served = Served::new();
            let real = served.real_requests();
            let tried = drive("surety-fuzz requests", options.plan(), &bodies(real), |body| {
                served.ask(body);
            });
            println!("requests: {tried} tried, all were answered, and the server goes on");
        }
    }
}
