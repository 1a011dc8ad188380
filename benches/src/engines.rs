//! The same rule in two policy engines, as their documentation would have it: compiled once, asked often.

use crate::cases::SEVEN;
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

const REGO: &str = r#"
package amnat

default allow := false

valid contains s if {
    some s in input.signers
    s in data.directors
}

sealed if data.seal == "not_required"
sealed if input.seal

allow if {
    sealed
    count(valid) >= data.n
}

open := data.n - count(valid)

others := [d | some d in data.directors; not d in valid]

missing contains {a} if {
    open == 1
    some a in others
}

missing contains {a, b} if {
    open == 2
    some i, a in others
    some j, b in others
    i < j
}

report := {"allow": allow, "missing": missing}
"#;

/// Rego in regorus' virtual machine, the fastest of its ways.
pub struct Rego {
    vm: RegoVM,
}

impl Rego {
    /// The rule of two of seven, for one entry point: `data.amnat.allow` or `data.amnat.report`.
    pub fn new(entry_point: &str) -> Self {
        let mut engine = Engine::new();
        engine
            .add_policy("amnat.rego".to_owned(), REGO.to_owned())
            .unwrap();
        let compiled = engine.compile_with_entrypoint(&entry_point.into()).unwrap();
        let mut vm = RegoVM::new();
        vm.load_program(Compiler::compile_from_policy(&compiled, &[entry_point]).unwrap());
        let directors = SEVEN.map(|id| format!("{id:?}")).join(",");
        let data = format!(r#"{{"directors":[{directors}],"n":2,"seal":"required"}}"#);
        vm.set_data(Value::from_json_str(&data).unwrap()).unwrap();
        Self { vm }
    }

    /// A question, ready.
    pub fn input(signers: &[&str], seal: bool) -> Value {
        let signers = signers
            .iter()
            .map(|id| format!("{id:?}"))
            .collect::<Vec<_>>()
            .join(",");
        Value::from_json_str(&format!(r#"{{"signers":[{signers}],"seal":{seal}}}"#)).unwrap()
    }

    /// The answer.
    pub fn ask(&mut self, input: &Value) -> Value {
        self.vm.set_input(input.clone());
        self.vm.execute().unwrap()
    }
}

/// Cedar: it cannot count the members of a set, so the pairs are written out.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
}

impl Cedar {
    /// The rule of two of seven.
    pub fn new() -> Self {
        let mut pairs = Vec::new();
        for (index, one) in SEVEN.iter().enumerate() {
            for two in &SEVEN[index + 1..] {
                pairs.push(format!("context.signers.containsAll([{one:?}, {two:?}])"));
            }
        }
        let policy = format!(
            "permit(principal, action, resource) when {{ context.seal && ({}) }};",
            pairs.join(" || ")
        );
        Self {
            authorizer: Authorizer::new(),
            policies: policy.parse().unwrap(),
            entities: Entities::empty(),
        }
    }

    /// A question, ready.
    pub fn request(signers: &[&str], seal: bool) -> Request {
        let uid = |text: &str| text.parse::<EntityUid>().unwrap();
        let signers = signers
            .iter()
            .map(|id| RestrictedExpression::new_string((*id).to_owned()));
        let context = Context::from_pairs([
            ("signers".to_owned(), RestrictedExpression::new_set(signers)),
            ("seal".to_owned(), RestrictedExpression::new_bool(seal)),
        ])
        .unwrap();
        Request::new(
            uid(r#"Company::"0105500000000""#),
            uid(r#"Action::"credit.loan""#),
            uid(r#"Company::"0105500000000""#),
            context,
            None,
        )
        .unwrap()
    }

    /// The answer.
    pub fn ask(&self, request: &Request) -> bool {
        self.authorizer
            .is_authorized(request, &self.policies, &self.entities)
            .decision()
            == Decision::Allow
    }
}

impl Default for Cedar {
    fn default() -> Self {
        Self::new()
    }
}
