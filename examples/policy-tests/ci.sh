#!/bin/sh
# Runs the policy tests in any CI system: exit code 0 good, 1 a test failed, 2
# something cannot be read. The report for the CI system is report.xml (JUnit).
set -eu
cd "$(dirname "$0")"
gatehouse policy test --format junit . > report.xml || status=$?
gatehouse policy test --coverage . || true
exit "${status:-0}"
