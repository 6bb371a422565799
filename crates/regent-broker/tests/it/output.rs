//! Credentials as they leave: every form word by word, then by the programs that read them.

use regent_broker::output::{Endpoints, Form, Identity, Issued, OutputError, Style, unset};
use regent_broker::plan::{Base, Terms, plan};
use regent_broker::{PrincipalKind, PrincipalType, Secret};

mod readers;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn issued() -> Issued {
    Issued {
        access_key_id: "ASIAIOSFODNN7EXAMPLE".to_owned(),
        secret_access_key: Secret::new(SECRET.to_owned()),
        session_token: Secret::new("FwoGZXIvYXdzEA==".to_owned()),
        expiration: "2026-11-22T10:00:00.123Z".parse().unwrap(),
        region: Some("eu-central-1".to_owned()),
        endpoints: None,
        session_id: "sess_01".to_owned(),
        identity: Identity {
            principal_type: PrincipalType::AssumeRole,
            arn: Some("arn:aws:sts::111122223333:assumed-role/dev/ana".to_owned()),
            user_id: Some("AROAEXAMPLE:ana".to_owned()),
            role_arn: Some("arn:aws:iam::111122223333:role/dev".to_owned()),
            account_id: Some("111122223333".to_owned()),
        },
        warnings: Vec::new(),
    }
}

fn endpoints() -> Endpoints {
    let sts = "http://127.0.0.1:4599/sts".to_owned();
    Endpoints { sts, iam: Some("http://127.0.0.1:4599/iam".to_owned()) }
}

fn written(issued: &Issued, form: Form) -> String {
    issued.write(form, &Style::default()).unwrap().reveal().to_owned()
}

/// Credentials with one value for the secret, as an enemy's upstream could make it.
fn with_secret(secret: &str) -> Issued {
    Issued { secret_access_key: Secret::new(secret.to_owned()), ..issued() }
}

/// Texts that mean something to somebody who reads them.
const HOSTILE: [&str; 16] = [
    "'",
    "\"",
    "\\",
    "\\'",
    "'; touch /tmp/owned; '",
    "$(touch /tmp/owned)",
    "`touch /tmp/owned`",
    "${HOME} $HOME %PATH% !PATH! ^",
    " leading and trailing ",
    "# ; comment",
    "a=b=c",
    "!!",
    "&& || | < > ( ) [ ] { } * ? ~",
    "\u{2018}; x \u{2019}\u{201a}\u{201b}",
    "größe 😀",
    "-n",
];

#[test]
fn forms_for_programs_are_json() {
    let warned = Terms { requested: Some(36_000), ..Terms::new(PrincipalType::AssumeRole, role()) };
    let issued = Issued { warnings: plan(&warned).unwrap().warnings, ..issued() };
    insta::assert_snapshot!(written(&issued, Form::Json), @r#"
    {"access_key_id":"ASIAIOSFODNN7EXAMPLE","secret_access_key":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","session_token":"FwoGZXIvYXdzEA==","expiration":"2026-11-22T10:00:00Z","region":"eu-central-1","session_id":"sess_01","arn":"arn:aws:sts::111122223333:assumed-role/dev/ana","warnings":[{"code":"duration_chained","text":"1 hour instead of 10 hours: the base credentials are temporary, and AWS allows 1 hour then"}]}
    "#);
    insta::assert_snapshot!(written(&issued, Form::Aws), @r#"
    {"Credentials":{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","SessionToken":"FwoGZXIvYXdzEA==","Expiration":"2026-11-22T10:00:00Z"},"AssumedRoleUser":{"AssumedRoleId":"AROAEXAMPLE:ana","Arn":"arn:aws:sts::111122223333:assumed-role/dev/ana"}}
    "#);
    insta::assert_snapshot!(written(&issued, Form::CredentialProcess), @r#"
    {"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","SessionToken":"FwoGZXIvYXdzEA==","Expiration":"2026-11-22T10:00:00Z"}
    "#);
    insta::assert_snapshot!(written(&issued, Form::Container), @r#"
    {"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY","Token":"FwoGZXIvYXdzEA==","Expiration":"2026-11-22T10:00:00Z","RoleArn":"arn:aws:iam::111122223333:role/dev"}
    "#);
}

fn role() -> Base {
    Base { kind: PrincipalKind::Role, is_temporary: true, ..Base::default() }
}

#[test]
fn every_type_answers_as_its_own_operation() {
    let of = |principal_type| {
        let identity = Identity {
            principal_type,
            arn: Some("ARN".to_owned()),
            user_id: Some("ID".to_owned()),
            role_arn: None,
            account_id: None,
        };
        let issued = Issued { identity, region: None, ..issued() };
        let json: serde_json::Value = serde_json::from_str(&written(&issued, Form::Json)).unwrap();
        let aws: serde_json::Value = serde_json::from_str(&written(&issued, Form::Aws)).unwrap();
        let names =
            |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(json["arn"], "ARN");
        names(&aws).join(" ")
    };
    assert_eq!(of(PrincipalType::AssumeRole), "AssumedRoleUser Credentials");
    assert_eq!(of(PrincipalType::Provided), "Credentials");
    assert_eq!(of(PrincipalType::FederatedUser), "Credentials FederatedUser");
    assert_eq!(of(PrincipalType::IamUserSession), "Credentials");
}

#[test]
fn forms_for_shells_set_what_there_is_and_unset_what_is_not() {
    insta::assert_snapshot!(written(&issued(), Form::Shell), @r#"
    unset AWS_ENDPOINT_URL_STS
    unset AWS_ENDPOINT_URL_IAM
    export AWS_ACCESS_KEY_ID='ASIAIOSFODNN7EXAMPLE'
    export AWS_SECRET_ACCESS_KEY='wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
    export AWS_SESSION_TOKEN='FwoGZXIvYXdzEA=='
    export AWS_CREDENTIAL_EXPIRATION='2026-11-22T10:00:00Z'
    export AWS_REGION='eu-central-1'
    export AWS_DEFAULT_REGION='eu-central-1'
    export REGENT_SESSION_ID='sess_01'
    "#);
    let elsewhere = Issued { endpoints: Some(endpoints()), region: None, ..issued() };
    insta::assert_snapshot!(written(&elsewhere, Form::Fish), @r#"
    set -gx AWS_ACCESS_KEY_ID 'ASIAIOSFODNN7EXAMPLE';
    set -gx AWS_SECRET_ACCESS_KEY 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    set -gx AWS_SESSION_TOKEN 'FwoGZXIvYXdzEA==';
    set -gx AWS_CREDENTIAL_EXPIRATION '2026-11-22T10:00:00Z';
    set -gx AWS_ENDPOINT_URL_STS 'http://127.0.0.1:4599/sts';
    set -gx AWS_ENDPOINT_URL_IAM 'http://127.0.0.1:4599/iam';
    set -gx REGENT_SESSION_ID 'sess_01';
    "#);
    insta::assert_snapshot!(written(&elsewhere, Form::Powershell), @r#"
    $Env:AWS_ACCESS_KEY_ID = 'ASIAIOSFODNN7EXAMPLE'
    $Env:AWS_SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
    $Env:AWS_SESSION_TOKEN = 'FwoGZXIvYXdzEA=='
    $Env:AWS_CREDENTIAL_EXPIRATION = '2026-11-22T10:00:00Z'
    $Env:AWS_ENDPOINT_URL_STS = 'http://127.0.0.1:4599/sts'
    $Env:AWS_ENDPOINT_URL_IAM = 'http://127.0.0.1:4599/iam'
    $Env:REGENT_SESSION_ID = 'sess_01'
    "#);
    insta::assert_snapshot!(written(&elsewhere, Form::Cmd).replace("\r\n", "⏎\n"), @r#"
    set "AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE"⏎
    set "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"⏎
    set "AWS_SESSION_TOKEN=FwoGZXIvYXdzEA=="⏎
    set "AWS_CREDENTIAL_EXPIRATION=2026-11-22T10:00:00Z"⏎
    set "AWS_ENDPOINT_URL_STS=http://127.0.0.1:4599/sts"⏎
    set "AWS_ENDPOINT_URL_IAM=http://127.0.0.1:4599/iam"⏎
    set "REGENT_SESSION_ID=sess_01"⏎
    "#);
    insta::assert_snapshot!(written(&issued(), Form::Tcsh), @r#"
    unsetenv AWS_ENDPOINT_URL_STS;
    unsetenv AWS_ENDPOINT_URL_IAM;
    setenv AWS_ACCESS_KEY_ID 'ASIAIOSFODNN7EXAMPLE';
    setenv AWS_SECRET_ACCESS_KEY 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    setenv AWS_SESSION_TOKEN 'FwoGZXIvYXdzEA==';
    setenv AWS_CREDENTIAL_EXPIRATION '2026-11-22T10:00:00Z';
    setenv AWS_REGION 'eu-central-1';
    setenv AWS_DEFAULT_REGION 'eu-central-1';
    setenv REGENT_SESSION_ID 'sess_01';
    "#);
}

#[test]
fn forms_for_files_are_plain() {
    let elsewhere = Issued { endpoints: Some(endpoints()), ..with_secret("a b") };
    insta::assert_snapshot!(written(&issued(), Form::Env), @r#"
    AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
    AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    AWS_SESSION_TOKEN=FwoGZXIvYXdzEA==
    AWS_CREDENTIAL_EXPIRATION=2026-11-22T10:00:00Z
    AWS_REGION=eu-central-1
    AWS_DEFAULT_REGION=eu-central-1
    REGENT_SESSION_ID=sess_01
    "#);
    insta::assert_snapshot!(written(&elsewhere, Form::Dotenv), @r#"
    AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
    AWS_SECRET_ACCESS_KEY='a b'
    AWS_SESSION_TOKEN=FwoGZXIvYXdzEA==
    AWS_CREDENTIAL_EXPIRATION=2026-11-22T10:00:00Z
    AWS_REGION=eu-central-1
    AWS_DEFAULT_REGION=eu-central-1
    AWS_ENDPOINT_URL_STS=http://127.0.0.1:4599/sts
    AWS_ENDPOINT_URL_IAM=http://127.0.0.1:4599/iam
    REGENT_SESSION_ID=sess_01
    "#);
    insta::assert_snapshot!(written(&issued(), Form::Ini), @r#"
    [default]
    aws_access_key_id = ASIAIOSFODNN7EXAMPLE
    aws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
    aws_session_token = FwoGZXIvYXdzEA==
    region = eu-central-1
    "#);
    let style = Style { namespace: "aws.prod", caller_identity: true, ..Style::default() };
    insta::assert_snapshot!(elsewhere.write(Form::Bamboo, &style).unwrap().reveal(), @r#"
    aws.prod.accessKeyId=ASIAIOSFODNN7EXAMPLE
    aws.prod.secretAccessKey.password=a\ b
    aws.prod.sessionToken.password=FwoGZXIvYXdzEA==
    aws.prod.expiration=2026-11-22T10:00:00Z
    aws.prod.region=eu-central-1
    aws.prod.sessionId=sess_01
    aws.prod.account=111122223333
    aws.prod.arn=arn:aws:sts::111122223333:assumed-role/dev/ana
    aws.prod.userId=AROAEXAMPLE:ana
    "#);
}

#[test]
fn a_session_can_be_taken_out_of_a_shell_again() {
    insta::assert_snapshot!(unset(Form::Shell).unwrap(), @r#"
    unset AWS_ACCESS_KEY_ID
    unset AWS_SECRET_ACCESS_KEY
    unset AWS_SESSION_TOKEN
    unset AWS_CREDENTIAL_EXPIRATION
    unset AWS_REGION
    unset AWS_DEFAULT_REGION
    unset AWS_ENDPOINT_URL_STS
    unset AWS_ENDPOINT_URL_IAM
    unset REGENT_SESSION_ID
    "#);
    for (form, line) in [
        (Form::Fish, "set -e AWS_SECRET_ACCESS_KEY;"),
        (Form::Powershell, "Remove-Item -ErrorAction Ignore Env:AWS_SECRET_ACCESS_KEY"),
        (Form::Cmd, "set \"AWS_SECRET_ACCESS_KEY=\""),
        (Form::Tcsh, "unsetenv AWS_SECRET_ACCESS_KEY;"),
    ] {
        let text = unset(form).unwrap();
        assert!(text.lines().any(|each| each == line) && text.lines().count() == 9, "{text}");
    }
    for form in [Form::Json, Form::Env, Form::Dotenv, Form::Ini, Form::Bamboo] {
        assert_eq!(unset(form), Err(OutputError::NothingToUnset(form)));
    }
}

#[test]
fn a_form_is_named_as_people_type_it() {
    for form in Form::ALL {
        assert_eq!(form.name().parse(), Ok(form));
        assert_eq!(form.name().replace('_', "-").parse(), Ok(form));
        assert_eq!(serde_json::to_value(form).unwrap(), form.name());
    }
    for (name, form) in
        [("bash", Form::Shell), ("zsh", Form::Shell), ("pwsh", Form::Powershell), ("csh", Form::Tcsh)]
    {
        assert_eq!(name.parse(), Ok(form));
    }
    assert_eq!(
        "yaml".parse::<Form>().unwrap_err().to_string(),
        "`yaml` is not a form of credentials: expected json, aws, credential_process, container, env, shell, fish, \
         powershell, cmd, tcsh, dotenv, ini, bamboo"
    );
}

#[test]
fn a_value_that_would_end_its_line_is_for_json_alone() {
    for secret in ["a\nexport X=y", "a\rb", "a\0b", "\u{1b}[2J", "\u{85}"] {
        let issued = with_secret(secret);
        for form in Form::ALL {
            let result = issued.write(form, &Style::default());
            if form.media_type() == "application/json" {
                let text = result.unwrap().reveal().to_owned();
                let value: serde_json::Value = serde_json::from_str(&text).unwrap();
                let strings = value.to_string();
                assert!(strings.contains(&serde_json::to_string(secret).unwrap()), "{strings}");
            } else {
                let error = result.unwrap_err();
                assert!(matches!(error, OutputError::ControlCharacter { .. }), "{form}: {error}");
            }
        }
    }
}

#[test]
fn a_name_that_would_end_its_line_is_refused() {
    for name in ["", "a b", "a]\n[b", "a\nb", "größe", &"x".repeat(129)] {
        let profile = issued().write(Form::Ini, &Style { profile: name, ..Style::default() });
        assert!(matches!(profile, Err(OutputError::BadName { what: "profile", .. })), "{name}");
        let namespace = issued().write(Form::Bamboo, &Style { namespace: name, ..Style::default() });
        assert!(matches!(namespace, Err(OutputError::BadName { what: "namespace", .. })), "{name}");
    }
    let namespace = issued().write(Form::Bamboo, &Style { namespace: "a=b", ..Style::default() });
    assert!(namespace.is_err());
}

#[test]
fn nothing_prints_a_secret() {
    let issued = issued();
    let text = format!("{issued:?} {:?}", issued.write(Form::Shell, &Style::default()));
    assert!(!text.contains("wJalr") && !text.contains("FwoG"), "{text}");
    for form in [Form::Tcsh, Form::Cmd, Form::Dotenv, Form::Ini, Form::Bamboo] {
        let error = with_secret("canary '\"!\n\\ # ä").write(form, &Style::default()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
