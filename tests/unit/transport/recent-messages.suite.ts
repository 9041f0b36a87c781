/** The segmented messages that are over. */

import { compareSeqAuth, RecentMessages } from "../../../modules/transport/recent-messages.js";
import type { Suite } from "../../support/harness.js";

export const suite: Suite = ({ test, equal, ok }) => {
  test("sixteen pairs of source and destination are remembered, and of each the latest message", () => {
    const recent = new RecentMessages();
    const message = { dst: 1, isComplete: true, ackedMs: 0 };
    for (let src = 1; src <= 17; src++) recent.add({ ...message, src, seqAuth: { ivIndex: 0, seq: src } });
    equal(recent.find(1, 1), undefined);
    equal(recent.find(2, 1)?.seqAuth.seq, 2);
    equal(recent.find(2, 2), undefined);
    recent.add({ ...message, src: 2, seqAuth: { ivIndex: 1, seq: 0 } });
    equal(recent.find(2, 1)?.seqAuth.ivIndex, 1);
    equal(recent.find(3, 1)?.seqAuth.seq, 3);
    ok(compareSeqAuth({ ivIndex: 1, seq: 0 }, { ivIndex: 0, seq: 9 }) > 0);
  });
};
