namespace LlmStack.Testing;

/// <summary>How the page looks; light or dark as the reader's system is.</summary>
internal static class HtmlTimelineStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --line: #8884; --dim: #888; --lane: #8881; }
        body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem; }
        h1 { font-size: 1.4rem; margin: 0 0 .3rem; }
        h2 { font-size: .8rem; margin: .8rem 0 .2rem; color: var(--dim); text-transform: uppercase; letter-spacing: .05em; }
        section { margin-bottom: 3rem; }
        .labels span { display: inline-block; margin-right: 1rem; }
        .labels b { color: var(--dim); font-weight: normal; }
        .score { border: 1px solid currentColor; border-radius: 1em; padding: 0 .6em; font-size: .85em; color: #b8860b; }
        .axis, summary { display: grid; grid-template-columns: minmax(16rem, 42%) 1fr; align-items: center; }
        .axis { grid-template-columns: minmax(16rem, 42%) 1fr 1fr auto; color: var(--dim); font-size: .8rem; border-bottom: 1px solid var(--line); }
        details { border-bottom: 1px solid var(--line); }
        summary { cursor: pointer; list-style: none; padding: .2rem 0; }
        summary:hover, details[open] > summary { background: var(--lane); }
        .name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        .name i { color: var(--dim); }
        .error .name { color: #d33; }
        .warning .name { color: #b60; }
        .debug .name { color: var(--dim); }
        .type { display: inline-block; min-width: 5.2rem; font-size: .7rem; font-weight: 600; text-align: center; color: #fff; border-radius: .3em; }
        .lane { position: relative; height: 1.3rem; background: var(--lane); }
        .bar { position: absolute; top: .15rem; bottom: .15rem; border-radius: .2em; min-width: 2px; }
        .first { position: absolute; top: 0; bottom: 0; width: 2px; background: currentColor; }
        .took { position: absolute; font-size: .75rem; color: var(--dim); padding: 0 .4em; white-space: nowrap; }
        .inside { color: #fff; }
        .type, .bar { background: #667; }
        .generation { background: #7a4fd0; }
        .embedding { background: #4f74d0; }
        .retriever { background: #2b8a8a; }
        .tool { background: #b0742a; }
        .agent, .chain { background: #3b7a3b; }
        .guardrail, .evaluator { background: #a8458a; }
        .event { background: #999; }
        .body { padding: .2rem 0 1rem 1.2rem; overflow-x: auto; }
        table { border-collapse: collapse; font-size: .85rem; }
        th { text-align: left; font-weight: normal; color: var(--dim); padding-right: 1.5rem; vertical-align: top; white-space: nowrap; }
        pre { margin: 0; padding: .6rem; background: var(--lane); white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; max-height: 30rem; overflow-y: auto; }

        """;
}
