import type { Id } from "../../protocol/id.js";

/** A data model such as the compiler generates, for the tests of the types that read one. */
export type Model = {
  tasks: {
    document: TasksDocument;
    insert: { title: string; status?: "open" | "done"; dueAt: Date | null; note?: string };
    fields: {
      _id: Id<"tasks">;
      _creationTime: number;
      title: string;
      status: "open" | "done";
      dueAt: Date | null;
      note: string | undefined;
      "place.city": string;
    };
    indexes: { by_status: ["status", "dueAt", "title"]; by_place: ["place.city"] };
  };
  events: {
    document: (CreatedEvent | MovedEvent) & { _id: Id<"events">; _creationTime: number };
    insert: CreatedEvent | MovedEvent;
    fields: { _id: Id<"events">; kind: "created" | "moved"; to: string | undefined };
    indexes: { by_kind: ["kind"] };
  };
};

export interface TasksDocument {
  _id: Id<"tasks">;
  _creationTime: number;
  title: string;
  status: "open" | "done";
  dueAt: Date | null;
  note?: string;
}

interface CreatedEvent {
  kind: "created";
  by: Id<"users">;
}

interface MovedEvent {
  kind: "moved";
  to: string;
  reason?: string;
}
