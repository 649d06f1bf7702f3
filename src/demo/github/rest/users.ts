import { viewUser } from "../views/user.ts";
import { findUser } from "../world/world.ts";
import type { Handlers } from "./call.ts";

export const userHandlers: Handlers = {
  "users/get-by-username": ({ world, params }) => ({
    status: 200,
    body: viewUser(world, findUser(world, params["username"] ?? "")),
  }),
  "users/get-authenticated": ({ world, actor }) => ({ status: 200, body: viewUser(world, actor().user) }),
};
