namespace LlmStack;

/// <summary>What becomes of traces whose <see cref="LlmContext.Project"/> has no credential of its own, once some project has.</summary>
public enum UnknownProjectHandling
{
    /// <summary>They are dropped and counted as <c>no_project</c>: nobody's traces are delivered under another identity.</summary>
    Drop,

    /// <summary>They are delivered with the default keys.</summary>
    UseDefault,
}
