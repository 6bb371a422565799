//! Templates: what can be saved, and what comes of it for whom.

use std::collections::BTreeMap;

use jiff::civil::date;
use regent_broker::Person;
use regent_broker::template::{
    Asker, SYSTEM_SESSION_NAME, SYSTEM_SOURCE_IDENTITY, Subject, System, Template, TemplatePurpose,
    USER_SESSION_NAME, USER_SOURCE_IDENTITY, User, Variable, suited,
};

mod laws;

use TemplatePurpose::{FederatedName, LossyTag, Policy, SessionName, SourceIdentity, Tag};

const EMAIL_OF_70: &str = "a.very.long.name.that.somebody.really.has.in.a.large.firm@mail.example";

fn ana() -> User<'static> {
    User {
        name: "ana",
        email: Some("ana@example.com"),
        display_name: Some("Ana María"),
        groups: &["dev", "ops"],
        ..User::new("usr_01")
    }
}

fn subject(user: User<'_>) -> Subject<'_> {
    Subject {
        connector_slug: "prod-ro",
        request_id: Some("req_01"),
        request_ticket: Some("OPS-7"),
        session_id: "sess_01",
        date: Some(date(2026, 11, 22)),
        ..Subject::new(Asker::User(user))
    }
}

/// The rendered text, or the code of what went wrong.
fn told(template: &str, purpose: TemplatePurpose, subject: &Subject<'_>) -> String {
    match Template::parse(template, purpose) {
        Err(error) => format!("! {}", error.code()),
        Ok(template) => template.render(subject).unwrap_or_else(|error| format!("! {}", error.code())),
    }
}

#[track_caller]
fn check(template: &str, purpose: TemplatePurpose, user: User<'_>, expected: &str) {
    assert_eq!(told(template, purpose, &subject(user)), expected, "{template}");
}

/// A policy with a resource of this text.
fn policy(resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:*","Resource":"{resource}"}}]}}"#
    )
}

#[track_caller]
fn check_policy(resource: &str, user: User<'_>, expected: &str) {
    let expected = if expected.starts_with('!') { expected.to_owned() } else { policy(expected) };
    assert_eq!(told(&policy(resource), Policy, &subject(user)), expected, "{resource}");
}

#[test]
fn every_variable_has_its_value() {
    let attributes = BTreeMap::from([("https://example.com/team".to_owned(), "blue".to_owned())]);
    let user = User { attributes: Some(&attributes), ..ana() };
    let cases = [
        ("user.id", "usr_01"),
        ("user.name", "ana"),
        ("user.email", "ana@example.com"),
        ("user.email_local", "ana"),
        ("user.id_or_email", "ana@example.com"),
        ("user.display_name", "Ana María"),
        ("user.groups", "dev:ops"),
        ("user.attr.https://example.com/team", "blue"),
        ("connector.slug", "prod-ro"),
        ("request.id", "req_01"),
        ("request.ticket", "OPS-7"),
        ("session.id", "sess_01"),
        ("date", "2026-11-22"),
    ];
    for (name, value) in cases {
        check(&format!("${{{name}}}"), Tag, user, value);
        check(&format!("a ${{{name}}}/${{{name}}}"), Tag, user, &format!("a {value}/{value}"));
    }
    // All but the name of a system caller, which a person has not.
    assert_eq!(Variable::names().count(), cases.len() + 1);
    check("${system.name}", Tag, user, "! template_value_missing");

    let build = Subject::new(Asker::System(System { id: "sys_01", name: "build" }));
    for (template, purpose) in [(SYSTEM_SESSION_NAME, SessionName), (SYSTEM_SOURCE_IDENTITY, SourceIdentity)]
    {
        assert_eq!(told(template, purpose, &build), "build");
    }
    assert_eq!(told(USER_SESSION_NAME, SessionName, &build), "! template_value_missing");
    for (template, purpose) in [(USER_SESSION_NAME, SessionName), (USER_SOURCE_IDENTITY, SourceIdentity)] {
        assert_eq!(told(suited(template, &build.asker), purpose, &build), "build");
        assert_eq!(suited(template, &subject(user).asker), template);
    }
    assert_eq!(suited("ci", &build.asker), "ci");
}

#[test]
fn a_record_is_who_it_says() {
    let mut person = Person::new("ana");
    person.email = Some("ana@example.com".into());
    person.attributes.insert("team".to_owned(), "blue".to_owned());
    let user = User::of("usr_01", &person, &["dev"]);
    check(
        "${user.id} ${user.name} ${user.email} ${user.display_name}",
        Tag,
        user,
        "usr_01 ana ana@example.com ana",
    );
    check("${user.attr.team} ${user.groups}", Tag, user, "blue dev");
    check("${user.email}", Tag, User::of("usr_01", &Person::new("ana"), &[]), "! template_value_missing");
}

#[test]
fn what_has_no_value_fails() {
    let nobody = Subject::new(Asker::User(User::new("usr_01")));
    for name in Variable::names().filter(|name| !matches!(*name, "user.id" | "user.id_or_email")) {
        let name = if name == "user.attr." { "user.attr.team" } else { name };
        let template = format!("a${{{name}}}");
        assert_eq!(told(&template, Tag, &nobody), "! template_value_missing", "{name}");
        assert_eq!(told(&template, LossyTag, &nobody), "! template_value_missing", "{name}");
    }
    let blank = Subject::new(Asker::User(User { name: " \t", groups: &["dev", ""], ..User::new("usr_01") }));
    assert_eq!(told("${user.name}", SessionName, &blank), "! template_value_missing");
    assert_eq!(told("${user.groups}", LossyTag, &blank), "! template_value_missing");
}

#[test]
fn a_template_that_cannot_work_is_refused_when_it_is_saved() {
    let cases = [
        ("", Tag, "template_empty"),
        ("", SessionName, "template_empty"),
        ("${user.names}", Tag, "template_unknown_variable"),
        ("${}", Tag, "template_unknown_variable"),
        ("${user.attr.}", Tag, "template_unknown_variable"),
        ("${user.attr.a b}", Tag, "template_unknown_variable"),
        ("${ user.name }", Tag, "template_unknown_variable"),
        ("${user.name", Tag, "template_unclosed"),
        ("${${user.name}}", Tag, "template_unclosed"),
        ("${user.groups}", SessionName, "template_variable_not_here"),
        ("${user.groups}", FederatedName, "template_variable_not_here"),
        ("${user.groups}", SourceIdentity, "template_variable_not_here"),
        ("${aws:username}", SessionName, "template_variable_not_here"),
        ("${aws:username}", Tag, "template_variable_not_here"),
        ("${*}", Tag, "template_variable_not_here"),
        ("a*${user.id}", Tag, "template_character_not_allowed"),
        ("a*${user.id}", LossyTag, "template_character_not_allowed"),
        ("a b${user.id}", SourceIdentity, "template_character_not_allowed"),
        ("aws:${user.id}", SourceIdentity, "template_character_not_allowed"),
        ("{", Policy, "policy_malformed"),
        ("{\"Statement\": ${user.name}}", Policy, "policy_malformed"),
    ];
    for (template, purpose, code) in cases {
        check(template, purpose, ana(), &format!("! {code}"));
    }
    check(&"x".repeat(1025), SessionName, ana(), "! template_too_long");
    check(&"${date}".repeat(65), SessionName, ana(), "! template_too_many_variables");
    check(&"${date}".repeat(64), SessionName, ana(), &format!("{}-fd7f00b6", &"2026-11-22".repeat(6)[..55]));
}

#[test]
fn an_unknown_variable_is_told_what_was_perhaps_meant() {
    let error = |text: &str| Template::parse(text, Tag).unwrap_err().to_string();
    assert_eq!(
        error("${user.names}"),
        "`user.names` is not a variable, did you mean `user.name`?: expected user.id, user.name, user.email, \
         user.email_local, user.id_or_email, user.display_name, user.groups, system.name, connector.slug, \
         request.id, request.ticket, session.id, date, or `user.attr.` and the name of a claim"
    );
    for (written, meant) in [
        ("USER.NAME", "user.name"),
        ("user.mail", "user.email"),
        ("usr.email_locl", "user.email_local"),
        ("user.group", "user.groups"),
        ("dat", "date"),
        ("connector.slg", "connector.slug"),
    ] {
        let text = error(&format!("${{{written}}}"));
        assert!(text.contains(&format!("did you mean `{meant}`?")), "{text}");
    }
    for written in ["banana", "", "\u{1b}[31m", &"x".repeat(900)] {
        let text = error(&format!("${{{written}}}"));
        assert!(!text.contains("did you mean") && !text.contains('\u{1b}') && text.len() < 500, "{text}");
    }
}

#[test]
fn a_long_address_makes_names_that_are_long_enough_to_differ() {
    assert_eq!(EMAIL_OF_70.len(), 70);
    let user = User { email: Some(EMAIL_OF_70), ..ana() };
    check(
        "${user.email}",
        SessionName,
        user,
        "a.very.long.name.that.somebody.really.has.in.a.large.fi-fd7f00b6",
    );
    check("${user.email}", FederatedName, user, "a.very.long.name.that.s-fd7f00b6");
    let other = User { id: "usr_02", ..user };
    for purpose in [SessionName, FederatedName] {
        let name = |user| told("${user.email}", purpose, &subject(user));
        assert_ne!(name(user), name(other));
    }
}

#[test]
fn a_name_that_aws_takes_is_left_alone() {
    check(USER_SESSION_NAME, SessionName, ana(), "ana");
    check("${user.name}@${connector.slug}", FederatedName, ana(), "ana@prod-ro");
    check("${user.display_name}", SessionName, ana(), "Ana-Mar-a-fd7f00b6");
    check("ci/${user.name}", SessionName, ana(), "ci-ana-fd7f00b6");
}

#[test]
fn a_source_identity_is_never_changed() {
    check(USER_SOURCE_IDENTITY, SourceIdentity, ana(), "ana@example.com");
    // An address that AWS refuses, and one that is none: both could be taken for somebody else.
    for email in [EMAIL_OF_70, "o'brien@example.com", "usr_02"] {
        let user = User { email: Some(email), ..ana() };
        check(USER_SOURCE_IDENTITY, SourceIdentity, user, "usr_01");
    }
    // One that somebody else has too stands for neither.
    check(USER_SOURCE_IDENTITY, SourceIdentity, User { shares_email: true, ..ana() }, "usr_01");
    check("${user.display_name}", SourceIdentity, ana(), "! template_value_refused");
    check("${user.name}", SourceIdentity, User { name: "a", ..ana() }, "! template_value_too_short");
    check(
        "${user.name}",
        SourceIdentity,
        User { name: &"a".repeat(65), ..ana() },
        "! template_value_too_long",
    );
}

#[test]
fn a_tag_is_replaced_in_only_where_the_administrator_said_so() {
    let user = User { display_name: Some("Ana <ana>"), ..ana() };
    check("${user.display_name}", Tag, user, "! template_value_refused");
    check("${user.display_name}", LossyTag, user, "Ana _ana_");
    check(
        "${user.display_name}",
        Tag,
        User { display_name: Some("Ana: Größe 5/7"), ..ana() },
        "Ana: Größe 5/7",
    );
    let long = "x".repeat(257);
    for purpose in [Tag, LossyTag] {
        check("${user.name}", purpose, User { name: &long, ..ana() }, "! template_value_too_long");
        check("${user.name}", purpose, User { name: &long[1..], ..ana() }, &long[1..]);
    }
    // One group must not pass for two.
    let user = User { groups: &["dev:admin"], ..ana() };
    check("${user.groups}", Tag, user, "! template_value_refused");
    check("${user.groups}", LossyTag, user, "dev_admin");
}

#[test]
fn a_value_that_could_widen_a_policy_is_refused() {
    check_policy("arn:aws:s3:::home/${user.name}/*", ana(), "arn:aws:s3:::home/ana/*");
    let long = "a".repeat(129);
    for name in [
        "*",
        "?",
        "a*",
        "$",
        "${aws:username}",
        "{",
        "}",
        "a\"b",
        "\\",
        "a/b",
        "a:b",
        "a b",
        "ana\n",
        "anä",
        "ａna",
        "\",\"Resource\":\"*",
        "${*}",
        "\u{0}",
        &long,
    ] {
        check_policy("arn:aws:s3:::home/${user.name}/*", User { name, ..ana() }, "! template_value_refused");
    }
    check_policy("a:${user.name}", User { name: &long[1..], ..ana() }, &format!("a:{}", &long[1..]));
}

#[test]
fn aws_s_own_variables_pass_through_a_policy() {
    for text in [
        "arn:aws:s3:::home/${aws:username}/*",
        "arn:aws:s3:::${aws:PrincipalTag/team, 'none'}/${saml:sub}",
        "arn:aws:s3:::a${*}b${?}c${$}",
    ] {
        check_policy(text, ana(), text);
    }
    check_policy("a:${aws:userid}/${user.name}", ana(), "a:${aws:userid}/ana");
    check_policy("a:$${user.name}$", ana(), "a:$ana$");
    check_policy("a:${user.names}", ana(), "! template_unknown_variable");
}

#[test]
fn a_policy_is_kept_as_it_was_written() {
    let text = "{ \"Statement\" : {\n\t\"Sid\": \"\\u0041\", \"Resource\": [\"a:\\/b\", \"c:\\u0024{user.name}\\n\"],\r\n\
                \"Condition\": {\"StringLike\": {\"s3:prefix\": [\"${user.name}\\\"/*\"]}}}}";
    let expected = "{ \"Statement\" : {\n\t\"Sid\": \"\\u0041\", \"Resource\": [\"a:\\/b\", \"c:ana\\n\"],\r\n\
                    \"Condition\": {\"StringLike\": {\"s3:prefix\": [\"ana\\\"/*\"]}}}}";
    check(text, Policy, ana(), expected);
}

#[test]
fn a_variable_stands_where_it_can_widen_nothing() {
    let statement = |inside: &str| format!(r#"{{"Statement":[{{{inside}}}]}}"#);
    for (inside, is_open) in [
        (r#""Resource":"${user.name}""#, true),
        (r#""Resource":["a","${user.name}"]"#, true),
        (r#""NotResource":"${user.name}""#, true),
        (r#""Condition":{"StringEquals":{"aws:x":"${user.name}"}}"#, true),
        (r#""Condition":{"StringEquals":{"aws:x":["a","${user.name}"]}}"#, true),
        (r#""Condition":{"StringEquals":{"aws:${user.name}":"x"}}"#, false),
        (r#""Condition":{"${user.name}":{"aws:x":"x"}}"#, false),
        (r#""Action":"s3:${user.name}""#, false),
        (r#""Action":["s3:${user.name}"]"#, false),
        (r#""NotAction":"s3:${user.name}""#, false),
        (r#""Effect":"${user.name}""#, false),
        (r#""Sid":"${user.name}""#, false),
        (r#""Principal":"${user.name}""#, false),
        (r#""Principal":{"Resource":"${user.name}"}"#, false),
        (r#""${user.name}":"x""#, false),
        (r#""resource":"${user.name}""#, false),
        (r#""Action":"s3:\u0024{user.name}""#, false),
    ] {
        let told = told(&statement(inside), Policy, &subject(ana()));
        let expected = statement(&inside.replace("${user.name}", "ana"));
        assert_eq!(
            told,
            if is_open { expected } else { "! template_variable_not_here".to_owned() },
            "{inside}"
        );
    }
    for text in
        [r#""${user.name}""#, r#"["${user.name}"]"#, r#"{"Resource":"${user.name}"}"#, r#"{"Id":"${date}"}"#]
    {
        check(text, Policy, ana(), "! template_variable_not_here");
    }
}

#[test]
fn what_went_wrong_names_the_variable_and_never_its_value() {
    let user = User { name: "<canary>", ..ana() };
    let template = Template::parse(&policy("a:${user.name}"), Policy).unwrap();
    let error = template.render(&subject(user)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the value of `user.name` cannot stand here: expected up to 128 letters, digits and _.@+=,- since anything \
         else could widen the policy"
    );
    assert!(error.fix().contains("user.id"));
}
