namespace LlmStack.Routing;

/// <summary>A part of a group that requests are assigned to: by class, by share or by rule.</summary>
/// <param name="name">The tier, topic or variant.</param>
/// <param name="use">Which members: their keys, ids, providers or tags; empty for all.</param>
internal sealed class MemberPool(string name, IReadOnlyList<string> use)
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Use { get; } = use;

    /// <summary>Why one of its members was picked; made once, a pick does not allocate.</summary>
    public string Reason { get; } = $"assigned to {name}";

    public bool Contains(Member member)
    {
        if (Use.Count == 0 || NameList.Contains(Use, member.Key) || member.Deployment.IsNamedIn(Use))
        {
            return true;
        }
        return NameList.Has(member.Deployment.Tags, Use, all: false);
    }
}
