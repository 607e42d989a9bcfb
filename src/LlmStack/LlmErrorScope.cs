namespace LlmStack;

/// <summary>Whom a failure concerns, the narrowest first.</summary>
public enum LlmErrorScope
{
    /// <summary>The caller: bad arguments, limits or permissions of the caller.</summary>
    Caller,

    /// <summary>This request, at any deployment.</summary>
    Request,

    /// <summary>The credential, for every model it is used with.</summary>
    Key,

    /// <summary>One deployment.</summary>
    Deployment,

    /// <summary>Everything at the provider.</summary>
    Provider,

    /// <summary>The whole group: nobody was left.</summary>
    Group,
}
