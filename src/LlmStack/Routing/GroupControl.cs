namespace LlmStack.Routing;

/// <summary>What operators said of a group at run time; kept by its name, so that a reload changes nothing.</summary>
internal sealed class GroupControl
{
    private volatile string? _pinnedTo;

    /// <summary>The id of the deployment that takes every call while it can; null for none.</summary>
    public string? PinnedTo
    {
        get => _pinnedTo;
        set => _pinnedTo = value;
    }
}
