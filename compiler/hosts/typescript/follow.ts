import type ts from "typescript";

/** Follows names in the source to the expressions behind them, without running anything. */
export class Follower {
  readonly #ts: typeof ts;
  readonly #checker: ts.TypeChecker;

  constructor(typescript: typeof ts, checker: ts.TypeChecker) {
    this.#ts = typescript;
    this.#checker = checker;
  }

  /** `expression` without parentheses, `as` and `satisfies`. */
  unwrap(expression: ts.Expression): ts.Expression {
    const { SyntaxKind } = this.#ts;
    let inner = expression;
    while (
      this.#ts.isParenthesizedExpression(inner) ||
      this.#ts.isAsExpression(inner) ||
      inner.kind === SyntaxKind.SatisfiesExpression ||
      this.#ts.isNonNullExpression(inner)
    ) {
      inner = (inner as ts.ParenthesizedExpression).expression;
    }
    return inner;
  }

  /** The symbol that a name stands for, through imports. */
  symbolOf(node: ts.Node): ts.Symbol | undefined {
    const symbol = this.#checker.getSymbolAtLocation(node);
    return symbol && this.throughAliases(symbol);
  }

  throughAliases(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & this.#ts.SymbolFlags.Alias
      ? this.#checker.getAliasedSymbol(symbol)
      : symbol;
  }

  /** What a constant, a property or a shorthand was initialised with. */
  initializerOf(symbol: ts.Symbol | undefined): ts.Expression | undefined {
    const declaration = symbol?.valueDeclaration ?? symbol?.declarations?.[0];
    if (!declaration) return undefined;
    if (this.#ts.isVariableDeclaration(declaration)) {
      const isConst = this.#ts.getCombinedNodeFlags(declaration) & this.#ts.NodeFlags.Const;
      return isConst ? declaration.initializer : undefined;
    }
    if (this.#ts.isPropertyAssignment(declaration)) return declaration.initializer;
    if (this.#ts.isShorthandPropertyAssignment(declaration)) {
      const value = this.#checker.getShorthandAssignmentValueSymbol(declaration);
      return value && this.initializerOf(this.throughAliases(value));
    }
    if (this.#ts.isExportAssignment(declaration)) return declaration.expression;
    return undefined;
  }

  /** The expression behind a name or a property access; the expression itself if it is neither. */
  resolve(expression: ts.Expression): ts.Expression {
    const seen = new Set<ts.Expression>();
    let current = this.unwrap(expression);
    while (!seen.has(current)) {
      seen.add(current);
      if (!this.#ts.isIdentifier(current) && !this.#ts.isPropertyAccessExpression(current)) break;
      const initializer = this.initializerOf(this.symbolOf(current));
      if (!initializer) break;
      current = this.unwrap(initializer);
    }
    return current;
  }

  /** What a function of the user's returns, where it is one expression. */
  returnedBy(callee: ts.Expression): ts.Expression | undefined {
    const declaration = this.symbolOf(callee)?.valueDeclaration;
    const definition =
      declaration && this.#ts.isVariableDeclaration(declaration)
        ? declaration.initializer && this.unwrap(declaration.initializer)
        : declaration;
    if (!definition || !this.#isFunction(definition) || !definition.body) return undefined;
    if (!this.#ts.isBlock(definition.body)) return this.unwrap(definition.body);
    const returns = definition.body.statements.filter((statement) =>
      this.#ts.isReturnStatement(statement),
    );
    const [only] = returns;
    return returns.length === 1 && only?.expression ? this.unwrap(only.expression) : undefined;
  }

  #isFunction(
    node: ts.Node,
  ): node is ts.ArrowFunction | ts.FunctionExpression | ts.FunctionDeclaration {
    return (
      this.#ts.isArrowFunction(node) ||
      this.#ts.isFunctionExpression(node) ||
      this.#ts.isFunctionDeclaration(node)
    );
  }

  /** The string that an expression is known to be, by its type. */
  stringOf(expression: ts.Expression): string | null {
    const type = this.#checker.getTypeAtLocation(expression);
    return type.isStringLiteral() ? type.value : null;
  }

  /** The strings that an array is known to hold, with the node of each. */
  stringsOf(expression: ts.Expression): readonly { text: string; node: ts.Node }[] | null {
    const list = this.resolve(expression);
    if (this.#ts.isArrayLiteralExpression(list)) {
      const items = list.elements.map((node) => {
        const text = this.#ts.isSpreadElement(node) ? null : this.stringOf(node);
        return text === null ? null : { text, node };
      });
      if (items.every((item) => item !== null)) return items;
    }
    return this.#stringsOfTuple(this.#checker.getTypeAtLocation(expression), expression);
  }

  #stringsOfTuple(type: ts.Type, node: ts.Node): readonly { text: string; node: ts.Node }[] | null {
    const texts = tupleOfStrings(this.#checker, type);
    return texts && texts.map((text) => ({ text, node }));
  }
}

/** The strings of a tuple type of literals, or `null` for any other type. */
export function tupleOfStrings(checker: ts.TypeChecker, type: ts.Type): readonly string[] | null {
  if (!checker.isTupleType(type)) return null;
  const elements = checker.getTypeArguments(type as ts.TypeReference);
  const texts = elements.map((element) => (element.isStringLiteral() ? element.value : null));
  return texts.every((text) => text !== null) ? texts : null;
}
