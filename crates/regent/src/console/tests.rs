use super::*;

/// What a build leaves behind, small.
fn find(path: &str) -> Option<File> {
    let (data, mime, mark) = match path {
        "index.html" => ("<html>", "text/html; charset=utf-8", 1),
        "index.html.br" => ("packed page", "application/octet-stream", 2),
        "mark.svg" => ("<svg>", "image/svg+xml", 3),
        "assets/main-1.js" => ("main()", "text/javascript; charset=utf-8", 4),
        "assets/main-1.js.br" => ("packed script", "application/octet-stream", 5),
        _ => return None,
    };
    Some(File { data: Bytes::from_static(data.as_bytes()), hash: [mark; 32], mime: mime.to_owned() })
}

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
}

fn header<'a>(response: &'a Response<Body>, name: &HeaderName) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[track_caller]
fn check(path: &str, asked: &[(HeaderName, &str)], expected: (u16, &str, &str, &str)) {
    let response = respond(find, &Method::GET, path, &headers(asked));
    let told = (
        response.status().as_u16(),
        header(&response, &CONTENT_TYPE),
        header(&response, &CONTENT_ENCODING),
        header(&response, &CACHE_CONTROL),
    );
    assert_eq!(told, expected, "{path}");
}

#[test]
fn a_path_is_a_file_or_a_page() {
    let page = (200, "text/html; charset=utf-8", "", "no-cache");
    let script = (200, "text/javascript; charset=utf-8", "", FOR_GOOD);
    check("/console/", &[], page);
    check("/console/connectors/conn_1", &[], page);
    check("/console/go/prod-ro", &[], page);
    check("/console/assets/main-1.js", &[], script);
    check("/console/mark.svg", &[], (200, "image/svg+xml", "", "no-cache"));
    check("/console/assets/gone-1.js", &[], (404, "text/plain; charset=utf-8", "", "no-store"));
    check("/console/assets/main-1.js.br", &[], (404, "text/plain; charset=utf-8", "", "no-store"));
    check("/console/../../etc/passwd", &[], page);
    check("/console", &[], (308, "", "", ""));
}

#[test]
fn brotli_goes_to_those_who_take_it() {
    let packed = (200, "text/javascript; charset=utf-8", "br", FOR_GOOD);
    let plain = (200, "text/javascript; charset=utf-8", "", FOR_GOOD);
    let table = [
        ("br", packed),
        ("gzip, deflate, br, zstd", packed),
        ("BR;q=0.5", packed),
        ("gzip", plain),
        ("br;q=0", plain),
        ("br; q=0.000", plain),
        ("brotli", plain),
    ];
    for (accepted, expected) in table {
        check("/console/assets/main-1.js", &[(ACCEPT_ENCODING, accepted)], expected);
    }
    check("/console/people", &[(ACCEPT_ENCODING, "br")], (200, "text/html; charset=utf-8", "br", "no-cache"));
    check("/console/mark.svg", &[(ACCEPT_ENCODING, "br")], (200, "image/svg+xml", "", "no-cache"));
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let first = respond(find, &Method::GET, "/console/", &headers(&[]));
    let tag = header(&first, &ETAG).to_owned();
    let html = "text/html; charset=utf-8";
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        check("/console/", &[(IF_NONE_MATCH, &known)], (304, html, "", "no-cache"));
    }
    check("/console/", &[(IF_NONE_MATCH, "\"other\"")], (200, html, "", "no-cache"));
    // The packed form is another one.
    check("/console/", &[(IF_NONE_MATCH, &tag), (ACCEPT_ENCODING, "br")], (200, html, "br", "no-cache"));
}

#[test]
fn a_binary_without_the_console_says_how_to_build_it() {
    let response = respond(|_| None, &Method::GET, "/console/", &headers(&[]));
    assert_eq!(
        (response.status().as_u16(), header(&response, &CONTENT_TYPE)),
        (404, "text/html; charset=utf-8")
    );
}

#[test]
fn files_are_only_read() {
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = respond(find, &method, "/console/", &headers(&[]));
        assert_eq!((response.status().as_u16(), header(&response, &ALLOW)), (405, "GET, HEAD"));
    }
}

#[test]
fn every_answer_is_guarded() {
    for path in ["/console", "/console/", "/console/assets/gone.js"] {
        let response = answer(&Method::GET, path, &headers(&[]));
        let policy = header(&response, &CONTENT_SECURITY_POLICY);
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header(&response, &X_CONTENT_TYPE_OPTIONS), "nosniff", "{path}");
    }
}
