namespace LlmStack.Routing;

/// <summary>A pattern of names and where they lead: to another name, or to a group whose models take the captured text.</summary>
internal sealed class WildcardRoute
{
    private readonly NamePattern? _target;
    private readonly ModelGroup? _group;

    public WildcardRoute(NamePattern pattern, string target)
    {
        Pattern = pattern;
        _target = new NamePattern(target);
    }

    public WildcardRoute(NamePattern pattern, ModelGroup group)
    {
        Pattern = pattern;
        _group = group;
    }

    public NamePattern Pattern { get; }

    /// <summary>Longest literal first; among equals by text, so that every process decides alike.</summary>
    public static WildcardRoute[] Sort(IEnumerable<WildcardRoute> routes) =>
        [.. routes.OrderByDescending(static route => route.Pattern.LiteralLength).ThenBy(static route => route.Pattern.Text, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The group for a name, or null when the pattern does not match or leads nowhere.</summary>
    public ModelGroup? Find(RoutingSnapshot snapshot, string name)
    {
        if (Pattern.Match(name) is not { } captures)
        {
            return null;
        }
        if (_group is not null)
        {
            return _group.Fill(snapshot, name, captures);
        }
        return snapshot.FindTarget(_target!.Fill(name, captures));
    }
}
