//! The tree against a naive twin, published roots and damaged proofs.

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;
use std::convert::Infallible;

/// Hashes of a list of leaves, straight from the recursive definition: the naive twin.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            node_hash(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
        }
    }
}

fn naive_path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (mut path, sibling) = if index < k {
        (naive_path(index, &leaves[..k]), naive_root(&leaves[k..]))
    } else {
        (
            naive_path(index - k, &leaves[k..]),
            naive_root(&leaves[..k]),
        )
    };
    path.push(sibling);
    path
}

fn naive_subproof(old: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if known {
            Vec::new()
        } else {
            vec![naive_root(leaves)]
        };
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (mut proof, sibling) = if old <= k {
        (
            naive_subproof(old, &leaves[..k], known),
            naive_root(&leaves[k..]),
        )
    } else {
        (
            naive_subproof(old - k, &leaves[k..], false),
            naive_root(&leaves[..k]),
        )
    };
    proof.push(sibling);
    proof
}

struct Memory(HashMap<NodeAddress, Digest>);

impl Nodes for Memory {
    type Error = Infallible;

    fn node(&mut self, address: NodeAddress) -> Result<Digest, Infallible> {
        Ok(self.0[&address])
    }
}

fn leaves(count: usize) -> Vec<Digest> {
    (0..count)
        .map(|n| leaf_hash(n.to_string().as_bytes()))
        .collect()
}

fn grow(leaves: &[Digest]) -> (Memory, Frontier) {
    let mut frontier = Frontier::default();
    let mut nodes = HashMap::new();
    for leaf in leaves {
        nodes.extend(frontier.push(*leaf));
    }
    (Memory(nodes), frontier)
}

fn compare_with_naive(size: usize, indices: impl Iterator<Item = usize> + Clone) {
    let leaves = leaves(size);
    let (mut nodes, frontier) = grow(&leaves);
    let expected = naive_root(&leaves);
    assert_eq!(frontier.root(), expected);
    let n = size as u64;
    assert_eq!(root(&mut nodes, n), Ok(expected));
    assert_eq!(Frontier::load(&mut nodes, n), Ok(frontier));
    for index in indices.clone().filter(|index| *index < size) {
        let proof = inclusion_proof(&mut nodes, index as u64, n)
            .unwrap()
            .unwrap();
        assert_eq!(proof, naive_path(index, &leaves), "{index} of {size}");
        assert_eq!(
            verify_inclusion(&leaves[index], index as u64, n, &proof, &expected),
            Ok(())
        );
    }
    for old in indices.filter(|old| *old <= size) {
        let proof = consistency_proof(&mut nodes, old as u64, n)
            .unwrap()
            .unwrap();
        if old > 0 {
            assert_eq!(proof, naive_subproof(old, &leaves, true), "{old} of {size}");
        }
        let old_root = naive_root(&leaves[..old]);
        assert_eq!(
            verify_consistency(old as u64, n, &old_root, &expected, &proof),
            Ok(())
        );
    }
}

#[test]
fn every_root_and_proof_up_to_130_leaves_equals_the_recursive_definition() {
    for size in 0..=130 {
        compare_with_naive(size, 0..=size);
    }
}

#[test]
fn sampled_roots_and_proofs_up_to_1025_leaves_equal_the_recursive_definition() {
    for size in [
        200, 255, 256, 257, 511, 512, 513, 777, 1000, 1023, 1024, 1025,
    ] {
        compare_with_naive(size, (0..=size).step_by(37).chain([size - 1, size]));
    }
}

/// The eight leaves that implementations of RFC 6962 share as a reference, and the roots they publish.
#[test]
fn the_eight_leaf_reference_tree_has_the_published_roots() {
    let inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    assert_eq!(frontier.root(), empty_root());
    for (input, root) in inputs.iter().zip(roots) {
        frontier.push(leaf_hash(&hex::decode(input).unwrap()));
        assert_eq!(frontier.root().to_hex(), root);
    }
}

#[test]
fn a_proof_at_ten_million_leaves_stays_under_two_kibibytes() {
    struct Zero;
    impl Nodes for Zero {
        type Error = Infallible;
        fn node(&mut self, _: NodeAddress) -> Result<Digest, Infallible> {
            Ok(empty_root())
        }
    }
    for index in [0, 5_000_000, 9_999_999] {
        let proof = inclusion_proof(&mut Zero, index, 10_000_000)
            .unwrap()
            .unwrap();
        // Base 64 with its line end takes 45 characters a hash.
        assert!(proof.len() * 45 <= 24 * 45 && proof.len() * 45 < 2048);
    }
}

fn flip(digest: &Digest, bit: u8) -> Digest {
    let mut bytes = *digest.as_bytes();
    bytes[usize::from(bit / 8)] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}

proptest! {
    #[test]
    fn any_single_changed_bit_makes_an_inclusion_proof_fail(
        size in 1u64..400, pick in any::<u64>(), at in any::<usize>(), bit in any::<u8>(),
    ) {
        let leaves = leaves(size as usize);
        let (mut nodes, frontier) = grow(&leaves);
        let index = pick % size;
        let leaf = leaves[index as usize];
        let proof = inclusion_proof(&mut nodes, index, size).unwrap().unwrap();
        let root = frontier.root();
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &proof, &root), Ok(()));
        prop_assert!(verify_inclusion(&flip(&leaf, bit), index, size, &proof, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, size, &proof, &flip(&root, bit)).is_err());
        if !proof.is_empty() {
            let mut changed = proof.clone();
            let place = at % proof.len();
            changed[place] = flip(&changed[place], bit);
            prop_assert!(verify_inclusion(&leaf, index, size, &changed, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index, size, &proof[1..], &root).is_err());
        }
        let mut longer = proof.clone();
        longer.push(root);
        prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
        let other = pick / size % size;
        if other != index {
            prop_assert!(verify_inclusion(&leaf, other, size, &proof, &root).is_err());
        }
    }

    #[test]
    fn any_single_changed_bit_makes_a_consistency_proof_fail(
        new in 2u64..400, pick in any::<u64>(), at in any::<usize>(), bit in any::<u8>(),
    ) {
        let leaves = leaves(new as usize);
        let (mut nodes, frontier) = grow(&leaves);
        let old = 1 + pick % (new - 1);
        let old_root = root(&mut nodes, old).unwrap();
        let new_root = frontier.root();
        let proof = consistency_proof(&mut nodes, old, new).unwrap().unwrap();
        prop_assert_eq!(verify_consistency(old, new, &old_root, &new_root, &proof), Ok(()));
        prop_assert!(verify_consistency(old, new, &flip(&old_root, bit), &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, new, &old_root, &flip(&new_root, bit), &proof).is_err());
        let mut changed = proof.clone();
        let place = at % proof.len();
        changed[place] = flip(&changed[place], bit);
        prop_assert!(verify_consistency(old, new, &old_root, &new_root, &changed).is_err());
        prop_assert!(verify_consistency(old, new, &old_root, &new_root, &proof[1..]).is_err());
    }
}

#[test]
fn impossible_questions_have_no_proof() {
    let leaves = leaves(5);
    let (mut nodes, frontier) = grow(&leaves);
    let root = frontier.root();
    assert_eq!(inclusion_proof(&mut nodes, 5, 5), Ok(None));
    assert_eq!(consistency_proof(&mut nodes, 6, 5), Ok(None));
    assert_eq!(
        verify_inclusion(&leaves[0], 5, 5, &[], &root),
        Err(ProofRefusal::OutOfRange)
    );
    assert_eq!(
        verify_consistency(6, 5, &root, &root, &[]),
        Err(ProofRefusal::OutOfRange)
    );
    assert_eq!(
        verify_consistency(0, 5, &root, &root, &[]),
        Err(ProofRefusal::Root)
    );
    assert_eq!(
        verify_consistency(5, 5, &root, &root, &[root]),
        Err(ProofRefusal::Length)
    );
}
