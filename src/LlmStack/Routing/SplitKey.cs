namespace LlmStack.Routing;

/// <summary>What stays in one variant of a split.</summary>
public enum SplitKey
{
    /// <summary>A user, or where there is none a session.</summary>
    User,

    /// <summary>A session.</summary>
    Session,

    /// <summary>A project or tenant.</summary>
    Project,

    /// <summary>A caller's key.</summary>
    Key,
}
