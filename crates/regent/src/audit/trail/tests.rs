use super::*;

fn config(dir: &Path, rotate_bytes: u64, keep_files: usize) -> AuditConfig {
    AuditConfig { dir: Some(dir.to_owned()), rotate_bytes, keep_files }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn settle(ticket: Ticket<'_>) -> Result<(), TrailError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(ticket.settle())
}

#[test]
fn a_torn_last_line_is_cut_when_the_trail_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(CURRENT), "{\"a\":1}\n{\"b\":").unwrap();
    let trail = Trail::open(&config(folder.path(), 1 << 20, 0)).unwrap();
    settle(trail.push(b"{\"c\":3}\n", at(0))).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "{\"a\":1}\n{\"c\":3}\n");
}

#[test]
fn files_are_closed_at_their_size_and_only_so_many_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 16, 2)).unwrap();
    for second in 0..6 {
        settle(trail.push(format!("{{\"n\":{second}}}\n").as_bytes(), at(second))).unwrap();
    }
    let closed = closed_files(folder.path());
    let texts: Vec<_> = closed.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts, ["{\"n\":0}\n{\"n\":1}\n", "{\"n\":2}\n{\"n\":3}\n"]);
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "{\"n\":4}\n{\"n\":5}\n");
}

#[test]
fn a_full_disk_is_an_error() {
    // /dev/full accepts an open and refuses every byte.
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/dev/full", folder.path().join(CURRENT)).unwrap();
    let trail = Trail::open(&config(folder.path(), 1 << 20, 0)).unwrap();
    let tickets = [trail.push(b"{}\n", at(0)), trail.push(b"{}\n", at(0))];
    for ticket in tickets {
        let error = settle(ticket).unwrap_err();
        assert!(error.to_string().contains("cannot be written"), "{error}");
    }
}

#[test]
fn what_could_not_be_written_is_written_once_when_it_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let (dir, away) = (folder.path().join("audit"), folder.path().join("away"));
    let trail = Trail::open(&config(&dir, 4, 0)).unwrap();
    settle(trail.push(b"{1}\n", at(0))).unwrap();
    // The file is full, and there is no folder for the next.
    std::fs::rename(&dir, &away).unwrap();
    trail.check(at(1)).unwrap();
    for (second, record) in [(2, b"{2}\n"), (3, b"{3}\n")] {
        settle(trail.push(record, at(second))).unwrap_err();
        trail.check(at(second)).unwrap_err();
    }
    std::fs::rename(&away, &dir).unwrap();
    trail.check(at(4)).unwrap();
    settle(trail.push(b"{4}\n", at(5))).unwrap();
    let mut texts: Vec<_> =
        closed_files(&dir).iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    texts.push(std::fs::read_to_string(dir.join(CURRENT)).unwrap());
    assert_eq!(texts, ["{1}\n", "{2}\n{3}\n", "{4}\n"]);
}

#[test]
fn a_file_that_is_gone_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 4, 0)).unwrap();
    settle(trail.push(b"{1}\n", at(0))).unwrap();
    std::fs::remove_file(folder.path().join(CURRENT)).unwrap();
    settle(trail.push(b"{2}\n", at(1))).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "{2}\n");
}

#[test]
fn files_closed_at_one_moment_do_not_replace_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 4, 0)).unwrap();
    for record in [b"{1}\n", b"{2}\n", b"{3}\n"] {
        settle(trail.push(record, at(0))).unwrap();
    }
    let closed = closed_files(folder.path());
    let texts: Vec<_> = closed.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    assert_eq!(texts, ["{1}\n", "{2}\n"]);
}

#[test]
fn records_pushed_together_are_written_together_and_each_is_there_once() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 1 << 20, 0)).unwrap();
    let (one, other) = (trail.push(b"1\n", at(0)), trail.push(b"2\n", at(0)));
    settle(one).unwrap();
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "1\n2\n");
    settle(other).unwrap();
    drop(trail.push(b"3\n", at(0)));
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "1\n2\n3\n");
}

#[test]
fn what_many_threads_push_is_there_once_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 1 << 20, 0)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let trail = &trail;
            scope.spawn(move || {
                for record in 0..200 {
                    settle(trail.push(format!("{thread} {record}\n").as_bytes(), at(0))).unwrap();
                }
            });
        }
    });
    let text = std::fs::read_to_string(folder.path().join(CURRENT)).unwrap();
    let mut expected: Vec<String> =
        (0..4).flat_map(|thread| (0..200).map(move |record| format!("{thread} {record}"))).collect();
    expected.sort();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn a_trail_in_memory_remembers_record_by_record() {
    let trail = Trail::open(&AuditConfig { dir: None, rotate_bytes: 1 << 20, keep_files: 0 }).unwrap();
    drop(trail.push(b"{1}\n{2}\n", at(0)));
    assert_eq!(trail.remembered(), ["{1}", "{2}"]);
}

#[tokio::test]
async fn a_request_that_is_given_up_while_it_waits_leaves_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let trail = Trail::open(&config(folder.path(), 1 << 20, 0)).unwrap();
    let mut settling = Box::pin(trail.push(b"{1}\n", at(0)).settle());
    let polled = std::future::poll_fn(|context| std::task::Poll::Ready(settling.as_mut().poll(context)));
    assert!(polled.await.is_pending());
    drop(settling);
    assert_eq!(std::fs::read_to_string(folder.path().join(CURRENT)).unwrap(), "{1}\n");
}
