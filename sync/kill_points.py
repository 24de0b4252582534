"""Every labelled point at which a test may kill an end of the wire; a test kills at each and compares what was promised."""

LABELS = (
    # the agent
    "agent_before_hello",
    "agent_after_hello",
    "agent_before_keys",
    "agent_after_keys",
    "agent_before_send",
    "agent_after_send",
    "agent_after_receipt",
    "agent_before_feed_commit",
    "agent_after_feed_commit",
    "agent_before_chunk",
    "agent_after_chunk",
    "agent_before_evidence",
    "agent_after_evidence",
    # the agent, healing
    "agent_before_taking_back",
    "agent_in_taking_back",
    "agent_after_taking_back",
    "agent_before_branch",
    "agent_before_rejoining",
    "agent_after_rejoining",
    "agent_in_file_back",
    "agent_after_file_back",
    # the receiver
    "receiver_before_commit",
    "receiver_after_commit",
    "receiver_after_fold",
    "receiver_before_keys_commit",
    "receiver_after_keys_commit",
    "receiver_after_chunk",
    "receiver_before_file_rename",
    "receiver_after_file_rename",
    "receiver_before_files_removed",
)
