//! A copy that more than one process wants to keep.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use super::*;
use crate::broker::journal::copy::Copy;

/// A bench, and a node on it that keeps a copy.
async fn copying() -> (Bench, Arc<Server>, PathBuf) {
    let bench = Bench::new().await;
    let path = bench.folder.path().join("chain.jsonl");
    let settings = Settings {
        data: Some(bench.folder.path().to_owned()),
        audit_chain_file: Some(path.clone()),
        ..Settings::default()
    };
    let config = Config::resolve(settings, Settings::default()).unwrap();
    let server = Server::start(config, bench.clock.clone()).await.unwrap().server;
    (bench, server, path)
}

#[tokio::test]
async fn what_two_processes_have_copied_is_one_copy() {
    let (bench, server, path) = copying().await;
    bench.log_in(5).await;
    let broken = async || server.verify_chain().await.unwrap().broken;
    let lines: Vec<_> = bench.events().await.into_iter().map(|line| line + "\n").collect();
    for again in [3..5, 0..5, 1..2] {
        std::fs::write(&path, lines.concat() + &lines[again.clone()].concat()).unwrap();
        assert_eq!(broken().await, None, "{again:?}");
    }
    // It goes on after the line it ends with, and tells the rest once more.
    let mut copy = Copy::open(&path).unwrap();
    bench.log_in(1).await;
    server.store.wait_for(bench.server.store.picture().seq(), Duration::from_secs(20)).await.unwrap();
    server.copy_events(&mut copy).await.unwrap();
    let copied = std::fs::read_to_string(&path).unwrap();
    assert_eq!(copied.lines().count(), 6 + 4);
    assert_eq!(broken().await, None);
    // Another event of a number that is known is none of them, however whole it is.
    let (text, _) = chain::split(lines[3].trim_end()).unwrap();
    let text = text.replace("user 3", "user 9");
    let (_, before) = chain::split(lines[2].trim_end()).unwrap();
    let line = format!("{},\"hash\":\"{}\"}}\n", text.strip_suffix('}').unwrap(), chain::hash(before, &text));
    assert_ne!(line, lines[3]);
    for (other, next) in [(line.as_str(), 7), ("{}\n", 7)] {
        std::fs::write(&path, format!("{copied}{other}")).unwrap();
        let broken = broken().await.map(|broken| (broken.seq, broken.why));
        assert_eq!(broken, Some((next, Why::NotCopied)), "{other}");
    }
}

#[tokio::test]
async fn a_copy_is_kept_by_one_process_at_a_time() {
    let (bench, server, path) = copying().await;
    let held = Copy::open(&path).unwrap();
    // What looks torn is being written.
    std::fs::write(&path, "half a li").unwrap();
    let refused = Copy::open(&path).err().unwrap();
    assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "half a li");
    let waiting = tokio::spawn(Arc::clone(&server).take_over_copy(path.clone()));
    bench.log_in(2).await;
    drop(held);
    let patience = tokio::time::Instant::now() + Duration::from_mins(1);
    let lines = || std::fs::read_to_string(&path).unwrap();
    while lines().lines().count() < 2 {
        assert!(tokio::time::Instant::now() < patience, "nobody took over: {}", lines());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    waiting.abort();
    assert_eq!(lines(), bench.events().await.iter().fold(String::new(), |all, event| all + event + "\n"));
}
