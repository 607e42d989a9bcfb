namespace LlmStack.Routing;

/// <summary>Changes of the configuration at run time: validated with the rest, swapped in as a whole, and applied again after every reload.</summary>
internal interface IRouterConfiguration
{
    /// <param name="key">What is changed; a later change of the same replaces this one.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.Configuration"/> naming every problem; nothing has changed then.</exception>
    void Change(string key, Action<LlmStackOptions> change);
}
