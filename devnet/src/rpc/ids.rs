//! Ids of requests that the JSON-RPC library does not take.
//!
//! JSON-RPC allows any number as an id. The library knows whole ones from 0 on, takes a request with any other for a
//! notification, and answers `null`. So such numbers travel through it as strings; ids that are neither numbers nor strings
//! make the request invalid, and a notification is answered by nothing at all.

use std::borrow::Cow;

use alloy::primitives::bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use jsonrpsee::{
    core::{
        BoxError,
        http_helpers::{HttpError, read_body},
    },
    server::{
        HttpBody, HttpRequest, HttpResponse,
        http::{is_json, response},
    },
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tower::Service;

/// What an unusual id is called on its way, before its position in the batch.
const NAME: &str = "surety-id-";
/// What a request with an impossible id becomes, for the library to refuse.
const INVALID: &str = r#"{"jsonrpc":"2.0","id":null,"method":0}"#;

/// Has an HTTP request answered by the library's service.
pub async fn answer<S, B>(request: HttpRequest<B>, mut service: S, limit: u32) -> Result<HttpResponse, BoxError>
where
    S: Service<HttpRequest<HttpBody>, Response = HttpResponse, Error = BoxError>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let (parts, body) = request.into_parts();
    if parts.method != "POST" || !is_json(parts.headers.get("content-type")) {
        return service.call(HttpRequest::from_parts(parts, HttpBody::new(body))).await;
    }
    let body = match read_body(&parts.headers, body, limit).await {
        Ok((body, _)) => body,
        Err(HttpError::TooLarge) => return Ok(response::too_large(limit)),
        Err(_) => return Ok(response::malformed()),
    };
    let mut asked = Asked::read(&body);
    let passed = asked.changed.take().map_or_else(|| body.clone(), String::into_bytes);
    let passed = HttpBody::from(passed);
    let response = service.call(HttpRequest::from_parts(parts, passed)).await?;
    if asked.ids.is_empty() && !asked.wants_nothing {
        return Ok(response);
    }
    let (mut parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    let body = match std::str::from_utf8(&body) {
        Ok("null") => HttpBody::empty(),
        Ok(text) => HttpBody::from(with_ids(text, &asked.ids).into_owned()),
        Err(_) => HttpBody::from(body.to_vec()),
    };
    // It is another length now.
    parts.headers.remove("content-length");
    Ok(HttpResponse::from_parts(parts, body))
}

/// What a body asks.
#[derive(Debug, Default, PartialEq, Eq)]
struct Asked<'a> {
    /// Ids that travel as strings, with the strings' numbers.
    ids: Vec<(usize, &'a str)>,
    /// The body with these strings in it, if there are any.
    changed: Option<String>,
    /// There is a request without an id, which wants no answer.
    wants_nothing: bool,
}

/// What matters here of a request.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
}

/// Unlike serde's own reading of options, takes `null` for a value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl<'a> Asked<'a> {
    /// What is not JSON, or no request, is left to the library.
    fn read(body: &'a [u8]) -> Self {
        let mut asked = Self::default();
        let Ok(text) = std::str::from_utf8(body) else {
            return asked;
        };
        let batch: Result<Vec<&RawValue>, _> = serde_json::from_str(text);
        let requests = match &batch {
            Ok(batch) => batch.iter().map(|request| request.get()).collect(),
            Err(_) => vec![text],
        };
        let passed: Vec<Cow<'_, str>> = requests
            .into_iter()
            .enumerate()
            .map(|(number, request)| asked.pass(number, request))
            .collect();
        if passed.iter().any(|request| matches!(request, Cow::Owned(_))) {
            asked.changed = Some(match batch {
                Ok(_) => format!("[{}]", passed.join(",")),
                Err(_) => passed.concat(),
            });
        }
        asked
    }

    /// A request as the library is to see it.
    fn pass(&mut self, number: usize, request: &'a str) -> Cow<'a, str> {
        let Ok(Request { id }) = serde_json::from_str(request) else {
            return request.into();
        };
        let Some(id) = id.map(RawValue::get) else {
            self.wants_nothing = true;
            return request.into();
        };
        if id == "null" || id.starts_with('"') || id.parse::<u64>().is_ok() {
            return request.into();
        }
        if !id.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
            return INVALID.to_owned().into();
        }
        // Both are pieces of one text, so the difference of their addresses is the place of the id.
        let place = id.as_ptr() as usize - request.as_ptr() as usize;
        self.ids.push((number, id));
        let (before, after) = (&request[..place], &request[place + id.len()..]);
        format!("{before}\"{NAME}{number}\"{after}").into()
    }
}

/// The library's answer with the ids that were asked with.
fn with_ids<'t>(text: &'t str, ids: &[(usize, &str)]) -> Cow<'t, str> {
    ids.iter().fold(text.into(), |text, (number, id)| {
        text.replacen(&format!("\"id\":\"{NAME}{number}\""), &format!("\"id\":{id}"), 1)
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_bodies_are_passed_as_they_are() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"m"}"#,
            r#"[{"id":"a"}, {"id": null}]"#,
            "5",
            "{",
            "",
        ] {
            assert_eq!(Asked::read(body.as_bytes()), Asked::default(), "{body}");
        }
        assert_eq!(Asked::read(&[0xff]), Asked::default());
    }

    #[test]
    fn unusual_ids_travel_as_strings() {
        let asked = Asked::read(br#"[{"id":-1},{"id":2},{"a":{"id":3}, "id" : 1.5e3 }]"#);
        assert_eq!(asked.ids, [(0, "-1"), (2, "1.5e3")]);
        let changed = r#"[{"id":"surety-id-0"},{"id":2},{"a":{"id":3}, "id" : "surety-id-2" }]"#;
        assert_eq!(asked.changed.as_deref(), Some(changed));
        let answer = r#"[{"id":"surety-id-2","result":"surety-id-0"},{"id":"surety-id-0","result":1}]"#;
        assert_eq!(
            with_ids(answer, &asked.ids),
            r#"[{"id":1.5e3,"result":"surety-id-0"},{"id":-1,"result":1}]"#
        );
    }

    #[test]
    fn impossible_ids_are_for_the_library_to_refuse() {
        for id in ["{}", "[1]", "true"] {
            let body = format!(r#"{{"id":{id},"method":"m"}}"#);
            assert_eq!(Asked::read(body.as_bytes()).changed.as_deref(), Some(INVALID), "{id}");
        }
    }
}
