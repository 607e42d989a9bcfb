namespace LlmStack.IntegrationTests.Support;

internal static class Fluent
{
    /// <summary>Does something to a value in the middle of an expression.</summary>
    public static T Also<T>(this T value, Action<T> action)
    {
        action(value);
        return value;
    }
}
