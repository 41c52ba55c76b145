"""An environment.yml of a few packages, for the tests of what reads and what renews it."""

LISTED = """\
name: course
dependencies:
  - python=3.11.14
  - pip:
      - --extra-index-url https://127.0.0.1:9/cpu

      # For readers
      - torch==2.0  # the network
      - one==1.0  # first
      # For contributors
      - four==1.0  # tests
      # What the readers' packages bring along, locked
      - two==1.0
      - three==1.0 ; sys_platform == 'no such system'

      # What the contributors' packages bring along, locked
      - five==1.0
"""
