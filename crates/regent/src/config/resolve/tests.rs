use super::*;

fn file(text: &str) -> Settings {
    toml::from_str(text).unwrap()
}

fn refusal(text: &str) -> String {
    Config::resolve(file(text), Settings::default()).unwrap_err().to_string()
}

#[test]
fn defaults_are_loopback_and_an_embedded_store() {
    let config = Config::resolve(Settings::default(), Settings::default()).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:4599");
    assert_eq!(config.storage, Storage::Embedded(".data".into()));
    assert_eq!(config.audit.dir, Some(".data/audit".into()));
}

#[test]
fn what_is_given_wins_over_the_file() {
    let config =
        Config::resolve(file("poll-millis = 20"), file("poll-millis = 30\nconnection-limit = 7")).unwrap();
    assert_eq!(config.poll, Duration::from_millis(20));
    assert_eq!(config.connection_limit, 7);
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let error = toml::from_str::<Settings>("lissten = \"127.0.0.1:1\"").unwrap_err();
    assert!(error.to_string().contains("lissten"), "{error}");
}

#[test]
fn contradictions_are_refused() {
    for (text, expected) in [
        ("ephemeral = true\ndata = \"x\"", "`ephemeral` and `data` exclude each other"),
        ("ephemeral = true\ndatabase-url = \"postgres://h/d\"", "`ephemeral` and `database-url` exclude"),
        ("tls-cert = \"c\"", "`tls-cert` needs `tls-key`"),
        ("listen = \"0.0.0.0:4599\"", "plain HTTP on `0.0.0.0:4599`"),
        ("account-id = \"12\"", "twelve digits"),
        ("account-id = \"000000000000\"", "not all zero"),
        ("database-url = \"mysql://h:secret@x\"", "postgres://"),
        ("root-access-key-id = \"AKIAAAAAAAAAAAAAAAAA\"", "needs `root-secret-access-key`"),
        ("region = \"US East\"", "like us-east-1"),
        ("console-destinations = [\"tools.example.com\"]", "an origin like https://tools.example.com"),
        ("console-destinations = [\"https://tools.example.com/path\"]", "without a path"),
        ("console-destinations = [\"https://user@tools.example.com\"]", "an origin like"),
        ("console-destinations = [\"javascript:alert(1)\"]", "an origin like"),
        (
            "external-url = \"regent.example.com\"",
            "`external-url` is `regent.example.com`, but it must be https",
        ),
        ("external-url = \"https://regent.example.com/path\"", "without a path"),
        ("external-url = \"http://regent.example.com\"", "it must be https and a host"),
        (
            "trusted-proxies = [\"nginx\"]",
            "`trusted-proxies` is `nginx`, but it must be addresses or networks",
        ),
        ("trusted-proxies = [\"10.0.0.1\", \"0.0.0.0/0\"]", "`trusted-proxies` is `0.0.0.0/0`"),
        ("trusted-proxies = [\"::/0\"]", "`trusted-proxies` is `::/0`"),
        ("connection-limit = 0", "`connection-limit` is `0`, but it must be at least 1"),
        ("connection-limit = 9223372036854775807", "it must be at most"),
        (
            "body-limit-bytes = 9223372036854775807",
            "`body-limit-bytes` is `9223372036854775807`, but it must be at most",
        ),
        ("drain-secs = 9223372036854775807", "it must be at most"),
        ("poll-millis = 5", "`poll-millis` is `5`, but it must be at least 10"),
    ] {
        let message = refusal(text);
        assert!(message.contains(expected), "{text}: {message}");
        assert!(!message.contains("secret@"), "{message}");
    }
}

#[test]
fn what_stands_in_front_is_said_at_the_start() {
    let text = "external-url = \"https://regent.example.com/\"\ntrusted-proxies = [\"10.0.0.5\", \"\", \"fd00::/8\"]";
    let config = Config::resolve(file(text), Settings::default()).unwrap();
    assert_eq!(config.external_url.as_deref(), Some("https://regent.example.com"));
    assert_eq!(config.trusted_proxies, ["10.0.0.5/32", "fd00::/8"].map(|net| net.parse::<IpNet>().unwrap()));
}

#[test]
fn every_flag_is_a_key_of_the_file_and_a_variable_of_the_environment() {
    #[derive(clap::Parser)]
    struct Flags {
        #[command(flatten)]
        settings: Settings,
    }
    let command = <Flags as clap::CommandFactory>::command();
    let flags: Vec<_> = command.get_arguments().filter(|flag| flag.get_id() != "help").collect();
    assert!(flags.len() > 20);
    for flag in flags {
        let name = flag.get_long().unwrap();
        let variable = flag.get_env().unwrap().to_str().unwrap();
        assert_eq!(variable, format!("REGENT_{}", name.to_uppercase().replace('-', "_")));
        if name != "config" {
            let error = toml::from_str::<Settings>(&format!("{name} = {{ a = {{}} }}")).unwrap_err();
            assert!(!error.to_string().contains("unknown field"), "{name}: {error}");
        }
    }
}

#[test]
fn settings_and_what_becomes_of_them_print_no_secret() {
    let settings = file(
        "database-url = \"postgres://u:word@h/d\"
        root-access-key-id = \"AKIAAAAAAAAAAAAAAAAA\"
        root-secret-access-key = \"word-word-word-word\"",
    );
    let config = Config::resolve(settings.clone(), Settings::default()).unwrap();
    for printed in [format!("{settings:?}"), format!("{config:?}"), format!("{:?}", config.storage)] {
        assert!(!printed.contains("word"), "{printed}");
    }
}
