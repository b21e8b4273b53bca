//! Webhooks that come to several machines, over a replay store in Redis.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::redis::{self, Folder, Redis};
use super::workers::built;
use crate::support::sandbox::Sandbox;
use crate::support::{CREDENTIALS, inbound};

/// So many messages in the file that the program reads.
fn written(sandbox: &Sandbox, folder: &Folder, many: usize) -> std::path::PathBuf {
    let mut text = String::new();
    for number in 0..many {
        let order: Value = json!({"platform": "creditpay", "event_id": format!("event-{number}")});
        let message = inbound(sandbox, &order);
        let body = String::from_utf8(message.body).unwrap();
        let headers = message.headers.iter();
        let headers: Vec<String> = headers
            .map(|(name, value)| format!("{name}={value}\t"))
            .collect();
        text += &format!("{}\t{}\t{body}\n", message.path, headers.concat());
        assert!(!body.contains(['\t', '\n']) && !headers.concat().contains('\n'));
    }
    let path = folder.0.join("messages");
    std::fs::write(&path, text).unwrap();
    path
}

fn start(redis: &Redis, arguments: &[&str], environment: &[(&str, &str)]) -> Child {
    let program = built().expect("it was built").dir().join("messages");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("REDIS_SOCKET", redis.socket())
        .env("STORE_TIMEOUT_MS", "5000")
        .env("PLAT_ID", CREDENTIALS.creditpay_plat_id)
        .env("API_KEY", CREDENTIALS.creditpay_api_key)
        .env("SIGNATURE_KEY", CREDENTIALS.creditpay_signature_key)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command.spawn().expect("it starts")
}

fn finish(child: Child) -> String {
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}: {text}", output.status);
    let errors: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with("error"))
        .take(5)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    text
}

fn ready() -> bool {
    redis::is_there() && built().is_some()
}

#[test]
fn of_160_copies_of_a_webhook_on_four_machines_one_is_accepted() {
    if !ready() {
        return;
    }
    let (sandbox, redis, folder) = (Sandbox::start(), Redis::start(), Folder::new("copies"));
    const MESSAGES: usize = 1_000;
    let file = written(&sandbox, &folder, MESSAGES);
    let file = file.to_str().unwrap();
    // Four machines of four threads, each thread ten times through all of them, in an order of its own.
    let machines: Vec<Child> = ["100", "200", "300", "400"]
        .iter()
        .map(|seed| start(&redis, &["claim", file, "10", "4", seed], &[]))
        .collect();
    let mut accepted: BTreeMap<String, usize> = BTreeMap::new();
    for machine in machines {
        for line in finish(machine).lines() {
            *accepted.entry(line.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(accepted.len(), MESSAGES);
    let twice: Vec<_> = accepted.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

#[test]
fn a_process_that_dies_between_verify_and_done_loses_nothing() {
    if !ready() {
        return;
    }
    let (sandbox, redis, folder) = (Sandbox::start(), Redis::start(), Folder::new("crashes"));
    const MESSAGES: usize = 1_000;
    let file = written(&sandbox, &folder, MESSAGES);
    let seed = std::process::id().to_string();
    println!("seed {seed}");
    let arguments = ["crash", file.to_str().unwrap(), &seed];
    let text = finish(start(&redis, &arguments, &[("CLAIM_MS", "40")]));
    let done = text.lines().filter(|line| line.starts_with("done "));
    let deaths = text.lines().filter(|line| line.ends_with("after 1 deaths"));
    assert_eq!(
        (done.count(), deaths.count()),
        (MESSAGES, MESSAGES),
        "{text}"
    );
}

#[test]
fn a_redis_that_is_gone_refuses_messages_and_takes_them_later() {
    if !ready() {
        return;
    }
    let (sandbox, mut redis) = (Sandbox::start(), Redis::start());
    let folder = Folder::new("gone");
    let file = written(&sandbox, &folder, 5);
    let arguments = ["claim", file.to_str().unwrap(), "1", "1", "1"];
    redis.stop();
    let output = start(&redis, &arguments, &[]).wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let refused = text.lines().filter(|line| line.starts_with("error STORE "));
    assert_eq!(refused.count(), 5, "{text}");
    redis.run();
    assert_eq!(finish(start(&redis, &arguments, &[])).lines().count(), 5);
}
